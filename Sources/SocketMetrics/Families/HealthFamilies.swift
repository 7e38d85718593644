/// The metrics of the collector itself.
enum HealthFamilies {
  static func families(_ health: CollectorHealth, version: String?) -> [MetricFamily] {
    var duration = MetricFamily(
      "sockdiag_look_duration_seconds", unit: "seconds", "How long the look at the sockets took.")
    duration.add([], .seconds(health.duration))
    var looks = MetricFamily("sockdiag_looks", .counter, "Looks since the collector began.")
    looks.add(known: health.looks)
    var complete = MetricFamily("sockdiag_look_complete", "1 if the look saw all sockets, otherwise 0.")
    complete.add(known: health.isComplete ? 1 : 0)
    var defects = MetricFamily("sockdiag_look_defects", .counter, "Looks that missed sockets, by the reason.")
    for (labels, count) in health.defects.sorted(by: {
      $0.key.map(\.value).lexicographicallyPrecedes($1.key.map(\.value))
    }) {
      defects.add(labels, .integer(count))
    }
    var announced = MetricFamily(
      "sockdiag_ends_announced", "1 if the kernel announces sockets that end, otherwise 0.")
    announced.add(known: health.areEndsAnnounced ? 1 : 0)
    var missed = MetricFamily(
      "sockdiag_missed_ends", .counter, "Announcements that the kernel dropped: traffic of these sockets is missing.")
    missed.add(known: health.missedEnds)
    var unannounced = MetricFamily(
      "sockdiag_unannounced_ends", .counter, "Sockets that ended without an announcement.")
    unannounced.add(known: health.unannouncedEnds)
    var cut = MetricFamily(
      "sockdiag_cut_label_sets", "Label sets that are counted together as 'other', by the family or its first words.")
    for (labels, count) in health.cut { cut.add(labels, .count(count)) }
    var build = MetricFamily("sockdiag_build", .info, "The version of the program.")
    if let version { build.add([MetricLabel("version", version)], .integer(1)) }
    return [duration, looks, complete, defects, announced, missed, unannounced, cut, build]
  }
}
