/// The threads that stay stopped until the caller has answered, and the threads that wait for them.
///
/// While a thread waits for an answer, another thread of its process must not end the process or replace its program: the
/// socket would be gone. Such a thread is held at that call.
struct OpenQuestions {
  private struct Question {
    var thread: Int32
    var process: Int32
  }

  private var questions: [Int: Question] = [:]
  /// Threads that are held at the call that ends their process, with that process.
  private var held: [Int32: Int32] = [:]
  private var lastNumber = 0

  /// Whether no thread waits for an answer.
  var isEmpty: Bool { questions.isEmpty }

  /// Whether a thread of a process waits for an answer.
  func concern(_ process: Int32) -> Bool { questions.values.contains { $0.process == process } }

  /// Notes that a thread waits for an answer.
  ///
  /// - Returns: The number of the question. It is never used again, so that an answer for a thread that has ended does not
  ///   go to another thread with the same id.
  mutating func open(_ thread: Int32, of process: Int32) -> Int {
    lastNumber += 1
    questions[lastNumber] = Question(thread: thread, process: process)
    return lastNumber
  }

  /// Notes that a thread is held until the other threads of its process have their answers.
  mutating func hold(_ thread: Int32, of process: Int32) { held[thread] = process }

  /// Takes the answer to a question.
  ///
  /// - Returns: The threads that can go on; empty if the thread has ended meanwhile.
  mutating func close(_ number: Int) -> [Int32] {
    guard let question = questions.removeValue(forKey: number) else { return [] }
    return [question.thread] + release(question.process)
  }

  /// Forgets a thread that has ended, or whose program was replaced.
  ///
  /// - Returns: The threads that can go on.
  mutating func forget(_ thread: Int32) -> [Int32] {
    held[thread] = nil
    guard let (number, question) = questions.first(where: { $0.value.thread == thread }) else { return [] }
    questions[number] = nil
    return release(question.process)
  }

  private mutating func release(_ process: Int32) -> [Int32] {
    guard !held.isEmpty, !concern(process) else { return [] }
    let threads = held.filter { $0.value == process }.map(\.key)
    for thread in threads { held[thread] = nil }
    return threads
  }
}
