internal import CSocketLaboratoryKit
internal import Glibc

/// A BPF map that stores a number with sockets, as BPF programs do.
public struct StorageMap: ~Copyable {
  private let descriptor: Int32
  /// The kernel's number for the map.
  public let id: UInt32

  /// Why the kernel refused, as an errno.
  public struct Refusal: Error {
    /// The errno; EPERM without CAP_BPF.
    public let errno: Int32
  }

  /// Makes a map.
  public init() throws(Refusal) {
    var id: UInt32 = 0
    // SAFETY: the function writes the number during the call.
    let descriptor = unsafe socklab_storage_map(&id)
    if descriptor < 0 { throw Refusal(errno: -descriptor) }
    self.descriptor = descriptor
    self.id = id
  }

  /// Whether the kernel makes such maps for this process.
  public static var isPermitted: Bool {
    do throws(Refusal) {
      _ = try StorageMap()
      return true
    } catch {
      return false
    }
  }

  deinit { close(descriptor) }

  /// Stores a number with a socket of this process.
  public func store(_ value: UInt32, withSocket socket: Int32) throws(Refusal) {
    let result = socklab_store(descriptor, socket, value)
    if result < 0 { throw Refusal(errno: -result) }
  }
}
