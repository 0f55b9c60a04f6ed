extension String {
  /// A Swift property's name as PyTorch would spell it: `runningMean` → `running_mean`, `weightIhL0` → `weight_ih_l0`,
  /// `outputLN` → `output_ln`. Names without capitals stay as they are.
  var snakeCased: String {
    let bytes = Array(utf8)
    func isUpper(_ index: Int) -> Bool { bytes.indices.contains(index) && bytes[index] >= 65 && bytes[index] <= 90 }
    func isLower(_ index: Int) -> Bool { bytes.indices.contains(index) && bytes[index] >= 97 && bytes[index] <= 122 }
    guard bytes.indices.contains(where: isUpper) else { return self }
    var result: [UInt8] = []
    for i in bytes.indices {
      guard isUpper(i) else {
        result.append(bytes[i])
        continue
      }
      // A word begins after anything but a capital, and at the last capital of a run: `LNWeight` → `ln_weight`.
      let beginsWord = i > 0 && bytes[i - 1] != 95 && (!isUpper(i - 1) || isLower(i + 1))
      if beginsWord { result.append(95) }
      result.append(bytes[i] + 32)
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The number of single-character changes that lead to another string.
  func editDistance(to other: String) -> Int {
    let a = Array(utf8), b = Array(other.utf8)
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let substituted = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = Swift.min(substituted, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }

  /// The most similar of some names, or nil if none is near.
  func nearest(among names: [String]) -> String? {
    // Comparing every pair of very large models would take longer than the hint is worth.
    guard names.count <= 2000 else { return nil }
    let ranked = names.map { (name: $0, distance: editDistance(to: $0)) }.min { $0.distance < $1.distance }
    guard let ranked, ranked.distance <= Swift.max(2, utf8.count * 2 / 5) else { return nil }
    return ranked.name
  }
}
