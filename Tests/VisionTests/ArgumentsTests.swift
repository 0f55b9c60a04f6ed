import Testing

@testable import ExampleSupport

/// The examples' command line.
@Suite struct ArgumentsTests {
  private struct Parsed: Equatable {
    var epochs = 0
    var rate = 0.0
    var data: String?
    var model = ""
    var quick = false
    var error: String?
    var help = false
  }

  private func parse(_ words: String...) -> Parsed {
    var arguments = Arguments("mnist", "Reads digits.", words: words)
    var parsed = Parsed()
    parsed.epochs = arguments.option("epochs", default: 5, "passes")
    parsed.rate = arguments.option("learning-rate", default: 0.001, "step size")
    parsed.data = arguments.option("data", placeholder: "DIR", "folder")
    parsed.model = arguments.choice("model", ["mlp", "cnn"], default: "cnn", "network")
    parsed.quick = arguments.flag("quick", "few images")
    parsed.help = arguments.wantsHelp
    do throws(ArgumentError) { try arguments.check() } catch { parsed.error = error.description }
    return parsed
  }

  @Test func readsValuesInBothForms() {
    #expect(parse() == Parsed(epochs: 5, rate: 0.001, data: nil, model: "cnn"))
    #expect(
      parse("--epochs", "3", "--learning-rate=1e-2", "--data", "a b", "--model=mlp", "--quick")
        == Parsed(epochs: 3, rate: 0.01, data: "a b", model: "mlp", quick: true))
    #expect(parse("--epochs", "-3").epochs == -3)
    #expect(parse("--epochs=1", "--epochs", "2").epochs == 2)
    #expect(parse("--data=").data == "")
    #expect(parse("--data=--x").data == "--x")
    #expect(parse("--help").help)
  }

  @Test func saysWhatIsWrong() {
    #expect(parse("--epochs", "three").error == "--epochs: 'three' is not a whole number")
    #expect(parse("--epochs=1.5").error == "--epochs: '1.5' is not a whole number")
    #expect(parse("--learning-rate", "nan").error == "--learning-rate: 'nan' is not a number")
    #expect(parse("--epochs").error == "--epochs needs a value: a whole number")
    #expect(parse("--data", "--quick").error == "--data needs a value: a text")
    #expect(parse("--model", "rnn").error == "--model: 'rnn' is none of mlp, cnn")
    #expect(parse("--quick=yes").error == "--quick takes no value")
    #expect(parse("--epoch", "3").error == "unknown option --epoch; did you mean --epochs?")
    #expect(parse("--lerning-rate=3").error == "unknown option --lerning-rate; did you mean --learning-rate?")
    #expect(parse("--zzzzzz").error == "unknown option --zzzzzz")
    #expect(parse("-q").error == "unknown option -q")
    #expect(parse("file").error == "'file' is not understood: this program takes only options")
  }

  @Test func writesHelp() {
    var arguments = Arguments("mnist", "Reads digits.", words: [])
    _ = arguments.option("epochs", default: 5, "passes")
    _ = arguments.flag("quick", "few images")
    #expect(
      arguments.helpText == """
        Reads digits.

        Usage: mnist [options]

        Options:
          --epochs N  passes (default 5)
          --quick     few images
          --help      show this text
        """)
  }
}
