internal import SocketOwners

extension ProcessDetails {
  /// `nginx(812)`, the name made harmless.
  var cellName: String {
    var text: [UInt8] = []
    text.appendCell(command)
    return "\(String(decoding: text, as: UTF8.self))(\(process.pid))"
  }
}
