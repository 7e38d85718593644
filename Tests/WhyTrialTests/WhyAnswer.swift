import FoundationEssentials
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit

/// The answer of the command with `--json`.
struct WhyAnswer: Decodable {
  var verdict: String
  var diagnoses: [Part]

  /// The answer for one address.
  struct Part: Decodable {
    var address: String
    var port: UInt16
    var verdict: String
    /// `succeeds`, `depends` or the name of an error.
    var bind: String
    var listen: String?
    var dependsOn: [String]?
    var caveats: [String]
    var blindSpots: [String]
    var sockets: [Socket]

    private enum CodingKeys: String, CodingKey {
      case address, port, verdict, bind, listen, dependsOn = "depends_on", caveats, blindSpots = "blind_spots", sockets
    }
  }

  struct Socket: Decodable {
    var effect: String?
    var because: Because?
    var optionsSource: String?
    var socket: InetSocket
    var holders: [Holder]

    private enum CodingKeys: String, CodingKey {
      case effect, because, optionsSource = "options_source", socket, holders
    }
  }

  struct Because: Decodable {
    var unknown: [String]?
  }

  struct Holder: Decodable {
    var pid: Int32
  }

  /// The exit status of each verdict.
  static let statuses = ["free": Int32(0), "conflict": 1, "depends": 2, "error": 3]

  /// The answer, or a complaint if there is none.
  static func read(_ result: CommandResult) -> Result<WhyAnswer, Complaint> {
    guard statuses.values.contains(result.status) else {
      return .failure(Complaint("status \(result.status): \(result.errorText.prefix(300))"))
    }
    do {
      let answer = try JSONDecoder().decode(WhyAnswer.self, from: Data(result.output))
      guard statuses[answer.verdict] == result.status else {
        return .failure(Complaint("status \(result.status) with the verdict \(answer.verdict)"))
      }
      return .success(answer)
    } catch {
      return .failure(Complaint("\(error): \(result.outputText.prefix(300)) \(result.errorText.prefix(300))"))
    }
  }

  struct Complaint: Error {
    var text: String
    init(_ text: String) { self.text = text }
  }
}

extension WhyAnswer.Part {
  /// A key that shows whether the sockets have changed between two answers, or what was not seen of them: a descriptor
  /// that the other lane is sending may be any socket.
  var view: [String] {
    sockets.map { "\($0.socket.state) \($0.socket.local) \($0.socket.remote) \($0.socket.inode) \($0.effect ?? "")" }
      .sorted() + blindSpots
  }
}
