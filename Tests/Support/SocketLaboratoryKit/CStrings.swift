internal import Glibc

/// Lends an array of terminated strings, ended by a null pointer, as the system wants argument lists.
package func withCStrings(
  _ words: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32
) -> Int32 {
  // SAFETY: strdup copies the words; the copies are freed when the body is done with them.
  let copies = unsafe words.map { unsafe strdup($0) } + [nil]
  // SAFETY: each came from strdup or is null, which free ignores.
  defer { unsafe copies.forEach { unsafe free($0) } }
  return unsafe copies.withUnsafeBufferPointer { buffer in
    guard let start = buffer.baseAddress else { return EINVAL }
    return unsafe body(start)
  }
}
