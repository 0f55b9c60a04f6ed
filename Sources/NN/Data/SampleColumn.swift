/// One part of tuples, collected sample by sample in one array. A class, so that appending copies nothing where the parts
/// of a tuple, whose number is open, are kept in a tuple themselves.
final class SampleColumn<Element> {
  private(set) var elements: [Element] = []

  func append(_ element: Element) { elements.append(element) }
}

extension Dataset {
  /// A column for its samples.
  func makeColumn() -> SampleColumn<Sample> { SampleColumn() }
}
