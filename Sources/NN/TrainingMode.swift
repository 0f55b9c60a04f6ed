internal import Synchronization

/// A flag that says whether a module is training; safe to read and set from several tasks.
final class TrainingMode: Sendable {
  private let flag = Atomic(true)

  var isOn: Bool {
    get { flag.load(ordering: .relaxed) }
    set { flag.store(newValue, ordering: .relaxed) }
  }
}
