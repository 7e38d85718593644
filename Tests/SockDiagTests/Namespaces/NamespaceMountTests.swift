import Testing

@testable import SockDiag

struct NamespaceMountTests {
  @Test func namespacePathsAreFoundAmongTheMounts() {
    let text = """
      22 1 8:1 / / rw,relatime - ext4 /dev/root rw
      36 22 0:4 net:[4026532623] /run/netns/blue rw shared:5 - nsfs nsfs rw
      37 22 0:4 net:[4026532624] /run/netns/red rw - nsfs nsfs rw
      38 22 0:4 mnt:[4026532623] /run/other rw - nsfs nsfs rw
      39 22 0:4 net:[4026532623] /run/with\\040blank\\134 rw - nsfs nsfs rw
      40 22 0:4 net:[4026532623]
      41 22 0:4 net:[4026532623] /run/cut\\04 rw - nsfs nsfs rw
      42 22 0:4 net:[40265326230000000000000] /run/large rw - nsfs nsfs rw
      43 22 0:4 net:[] /run/none rw - nsfs nsfs rw
      44 22 0:4 net:[12 /run/open rw - nsfs nsfs rw
      """
    let mounts = NamespaceMounts.all(inMountInfo: Array(text.utf8))
    #expect(
      mounts.map(\.path) == [
        "/run/netns/blue", "/run/netns/red", "/run/with blank\\", "/run/cut\\04",
      ])
    #expect(mounts.map(\.inode) == [4_026_532_623, 4_026_532_624, 4_026_532_623, 4_026_532_623])
    #expect(NamespaceMounts.all(inMountInfo: []).isEmpty)
  }
}
