import TestSupport
import Testing

@testable import ExampleSupport

/// Digests, downloads from `file:` addresses, and the places where a data set is looked for.
@Suite struct DownloadTests {
  private static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

  @Test func digestsAsTheStandardSays() {
    #expect(SHA256.hexDigest([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(SHA256.hexDigest(Array("abc".utf8)) == Self.abc)
    #expect(
      SHA256.hexDigest(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(
      SHA256.hexDigest([UInt8](repeating: 0x61, count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    // Around the lengths at which the padding takes another block (by Python's hashlib).
    #expect(
      SHA256.hexDigest([UInt8](repeating: 0x61, count: 55))
        == "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318")
    #expect(
      SHA256.hexDigest([UInt8](repeating: 0x61, count: 64))
        == "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb")
  }

  @Test func fetchesAndVerifies() throws {
    let folder = try TemporaryFolder()
    let source = "file://\(folder.path)/source"
    try Files.write("abc", to: "\(folder.path)/source")

    try Download.fetch(source, to: "\(folder.path)/copy", sha256: Self.abc.uppercased())
    #expect(try Files.read("\(folder.path)/copy") == Array("abc".utf8))

    let wrong = String(repeating: "0", count: 64)
    #expect(throws: DownloadError.wrongChecksum(url: source, expected: wrong, found: Self.abc)) {
      try Download.fetch(source, to: "\(folder.path)/other", sha256: wrong)
    }
    let missing = #expect(throws: DownloadError.self) {
      try Download.fetch("file://\(folder.path)/nothing", to: "\(folder.path)/other", sha256: wrong)
    }
    #expect(missing?.description.hasPrefix("file://\(folder.path)/nothing: download failed: curl: (37)") == true)
    // Plain http is not spoken.
    #expect(throws: DownloadError.self) {
      try Download.fetch("http://localhost:9/x", to: "\(folder.path)/other", sha256: wrong)
    }
    #expect(folder.names == ["copy", "source"])
  }

  @Test func tellsWhenAProgramIsMissing() {
    #expect(throws: DownloadError.curlMissing(reason: "No such file or directory")) {
      try Download.run(["martlet-no-such-program"])
    }
  }

  @Test func looksInOrderAndDownloads() throws {
    let folder = try TemporaryFolder()
    let root = folder.path
    try Files.makeFolder("\(root)/mirror")
    try Files.write("abc", to: "\(root)/mirror/a.gz")
    func answer(_ variables: [String: String], mirrors: [String], offline: Bool = false) -> DataFolder.Answer {
      DataFolder(
        name: "set", files: [DataFile(name: "a.gz", sha256: Self.abc)], mirrors: mirrors,
        environment: { variables[$0] }
      ).find(offline: offline)
    }

    #expect(answer([:], mirrors: []) == .missing(reasons: ["there is no home folder to download to"]))
    let home = ["HOME": root, "XDG_CACHE_HOME": "relative"]
    guard case .missing(let reasons) = answer(home, mirrors: ["file://\(root)/no/"]) else {
      Issue.record("found what is not there")
      return
    }
    #expect(reasons.count == 1 && reasons[0].hasPrefix("file://\(root)/no/a.gz: download failed: "))
    #expect(answer(home, mirrors: [], offline: true) != .found(folder: "\(root)/.cache/martlet/set"))

    #if !os(macOS)
      // The second mirror has it; afterwards no mirror is needed.
      let cached = DataFolder.Answer.found(folder: "\(root)/.cache/martlet/set")
      #expect(answer(home, mirrors: ["file://\(root)/no/", "file://\(root)/mirror/"]) == cached)
      #expect(answer(home, mirrors: [], offline: true) == cached)
    #endif

    // MARTLET_DATA comes before the cache, and plain files will do.
    try Files.makeFolder("\(root)/data/set")
    try Files.write("abc", to: "\(root)/data/set/a")
    let named = home.merging(["MARTLET_DATA": "\(root)/data"]) { $1 }
    #expect(answer(named, mirrors: []) == .found(folder: "\(root)/data/set"))
  }
}
