internal import CBindDiagnosis

extension BindOptions {
  /// The default options of a new IPv6 socket, in the network namespace of the calling thread: IPV6_V6ONLY or none.
  ///
  /// A socket is made and read, because the setting itself may be hidden from this process. If no IPv6 socket can be
  /// made, the set is empty.
  ///
  /// Kernel: `net.ipv6.bindv6only`, since 2.6.
  public static var ofFreshIPv6Socket: BindOptions { cbinddiagnosis_v6_only_by_default() == 1 ? .v6Only : [] }
}
