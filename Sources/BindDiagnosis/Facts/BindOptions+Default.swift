internal import CBindDiagnosis

extension BindOptions {
  /// The options that a fresh IPv6 socket has before its program sets any, in the network namespace of the calling thread:
  /// IPV6_V6ONLY or none.
  ///
  /// A socket is made and asked, because the setting itself may be hidden from this process. Where no IPv6 socket can be
  /// made, the set is empty.
  ///
  /// Kernel: `net.ipv6.bindv6only`, since 2.6.
  public static var ofFreshIPv6Socket: BindOptions { cbinddiagnosis_v6_only_by_default() == 1 ? .v6Only : [] }
}
