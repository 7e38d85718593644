internal import BindDiagnosis
internal import SockDiag

extension DiagnosisText {
  mutating func remedies(_ group: [Diagnosis]) {
    guard let diagnosis = group.first else { return }
    let remedies = diagnosis.remedies
    guard !remedies.isEmpty else { return }
    heading("Helps")
    for remedy in remedies {
      let advice = RemedyText(
        remedy, diagnosis, preset: preset, namespace: namespace, requests: group.map(\.request))
      line(advice.sentence)
      for text in advice.commands { command(text) }
    }
  }

  mutating func misbeliefs(_ diagnosis: Diagnosis) {
    let misbeliefs = Misbelief.tempting(diagnosis)
    guard !misbeliefs.isEmpty, diagnosis.verdict != .free else { return }
    heading("Often advised, and no help here")
    for misbelief in misbeliefs { line(misbelief.sentence) }
  }
}

extension Misbelief {
  /// What is said, and what is true.
  var sentence: String {
    switch self {
    case .timeWaitReuse: "net.ipv4.tcp_tw_reuse: only connect() reads it; bind() fails all the same."
    case .finTimeout: "net.ipv4.tcp_fin_timeout: it is for fin-wait-2; time-wait takes 60 s, which nothing changes."
    case .reuseAddressOnOneSide:
      "SO_REUSEADDR in the new program alone: the other side has not set it, and needs it too."
    case .reuseAddressBesideListener:
      "SO_REUSEADDR: two sockets may be bound with it, but not beside one that listens."
    case .reusePortOnOneSide: "SO_REUSEPORT in the new program alone: both sides need it, and have to be one user's."
    case .endingListener: "Ending the listener alone: its connections and what they leave in time-wait keep the port."
    case .destroyingListener:
      "'ss -K' or 'sockdiag destroy' on the listener: it keeps the port, bound, until its process closes it."
    case .lookingForListener: "'ss -ltnp' and 'netstat -ltnp': no listener is in the way, and they show nothing else."
    case .waitingAMinute: "Waiting a minute: only time-wait goes by itself, and none is in the way."
    case .capabilityInForeignNetwork:
      "setcap and AmbientCapabilities=: this network belongs to another user namespace, where no capability of this one"
        + " counts."
    case .capabilityOutsideBoundingSet:
      "setcap and AmbientCapabilities=: CAP_NET_BIND_SERVICE is outside of the bounding set here, so no program can have it."
    case .fileCapability:
      "setcap: under no_new_privs a program gains nothing by its file. Only what a unit of systemd hands on by"
        + " AmbientCapabilities= reaches it."
    case .largerBacklog: "net.core.somaxconn: the backlog has no part in this."
    }
  }
}
