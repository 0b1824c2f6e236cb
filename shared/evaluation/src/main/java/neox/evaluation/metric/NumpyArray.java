package neox.evaluation.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import neox.python.PythonText;
import neox.template.value.Comparison;
import neox.template.value.Fault;
import neox.template.value.Printing;
import neox.template.value.Sequences;
import neox.template.value.Value;

/// Values as `numpy.asarray` lays them out. Beside a text, numbers become texts; a text loses the
/// NUL characters at its end.
///
/// @param shape the lengths of lists, outermost first
/// @param cells in the order of the lists
/// @param width the longest text that the array can hold; 0 without texts
record NumpyArray(List<Integer> shape, List<Value> cells, Kind kind, int width) {
  /// What an array holds.
  enum Kind {
    TEXTS,
    NUMBERS,
    /// Anything, compared as Python compares it.
    OBJECTS
  }

  private static final int WIDTH_OF_FLAG = 5;
  private static final int WIDTH_OF_WHOLE = 21;
  private static final int WIDTH_OF_REAL = 32;

  /// The array of a list; [Fault] when lists in it have different lengths.
  static NumpyArray of(List<Value> values) {
    List<Integer> shape = new ArrayList<>(List.of(values.size()));
    List<Value> level = values;
    while (level.stream().anyMatch(NumpyArray::isSequence)) {
      Set<Integer> lengths = new LinkedHashSet<>();
      level.forEach(value -> lengths.add(isSequence(value) ? Sequences.length(value) : -1));
      if (lengths.size() > 1) {
        throw Fault.of("responses of different shapes cannot be compared together");
      }
      shape.add(lengths.iterator().next());
      level = level.stream().flatMap(value -> Sequences.items(value).stream()).toList();
    }
    Kind kind = kind(level);
    if (kind != Kind.TEXTS) {
      return new NumpyArray(shape, level, kind, 0);
    }
    int width = level.stream().mapToInt(NumpyArray::width).max().orElse(0);
    List<Value> texts =
        level.stream().map(value -> Value.of(withoutEnd(Printing.str(value)))).toList();
    return new NumpyArray(shape, texts, kind, width);
  }

  private static boolean isSequence(Value value) {
    return value instanceof Value.Listing || value instanceof Value.Tuple;
  }

  private static Kind kind(List<Value> values) {
    boolean hasTexts = false;
    for (Value value : values) {
      switch (value) {
        case Value.Text _ -> hasTexts = true;
        case Value.Int _, Value.Real _, Value.Bool _ -> {}
        default -> {
          return Kind.OBJECTS;
        }
      }
    }
    return hasTexts ? Kind.TEXTS : Kind.NUMBERS;
  }

  private static int width(Value value) {
    return switch (value) {
      case Value.Text(String text, _) -> Math.max(1, PythonText.length(withoutEnd(text)));
      case Value.Bool _ -> WIDTH_OF_FLAG;
      case Value.Int _ -> WIDTH_OF_WHOLE;
      default -> WIDTH_OF_REAL;
    };
  }

  private static String withoutEnd(String text) {
    return PythonText.rightStrip(text, c -> c == 0);
  }

  /// Each text changed, and cut to what the array can hold; [Fault] when it holds no texts.
  NumpyArray each(UnaryOperator<String> change) {
    if (kind != Kind.TEXTS) {
      throw Fault.of("only texts are compared without case, punctuation or numbers");
    }
    List<Value> changed =
        cells.stream()
            .map(cell -> Value.of(withoutEnd(start(change.apply(Printing.str(cell))))))
            .toList();
    return new NumpyArray(shape, changed, kind, width);
  }

  private String start(String text) {
    return PythonText.length(text) <= width
        ? text
        : text.substring(0, text.offsetByCodePoints(0, width));
  }

  /// `numpy.mean(this == other)`: the share of equal cells, where what is there once is compared
  /// with all that stands in its place in the other array. Not a number without cells; [Fault] when
  /// the shapes do not fit.
  double shareEqualTo(NumpyArray other) {
    int[] together = together(other);
    int count = Arrays.stream(together).reduce(1, Math::multiplyExact);
    int equal = 0;
    for (int place = 0; place < count; place++) {
      equal += isEqual(at(place, together), other.at(place, together), other) ? 1 : 0;
    }
    return (double) equal / count;
  }

  private int[] together(NumpyArray other) {
    int[] together = new int[Math.max(shape.size(), other.shape.size())];
    for (int i = 0; i < together.length; i++) {
      int mine = length(i, together.length);
      int others = other.length(i, together.length);
      if (mine != others && mine != 1 && others != 1) {
        throw Fault.of(
            "responses of the shape %s cannot be compared with targets of the shape %s",
            shape, other.shape);
      }
      together[i] = mine == 1 ? others : mine;
    }
    return together;
  }

  /// The length of a dimension among `dimensions`; shapes are aligned at their ends.
  private int length(int dimension, int dimensions) {
    int own = dimension - (dimensions - shape.size());
    return own < 0 ? 1 : shape.get(own);
  }

  private Value at(int place, int[] together) {
    int rest = place;
    int index = 0;
    int step = 1;
    for (int i = together.length - 1; i >= 0; i--) {
      int length = length(i, together.length);
      index += length == 1 ? 0 : rest % together[i] * step;
      step *= length;
      rest /= together[i];
    }
    return cells.get(index);
  }

  private boolean isEqual(Value mine, Value others, NumpyArray other) {
    return (kind == other.kind || kind == Kind.OBJECTS || other.kind == Kind.OBJECTS)
        && Comparison.equal(mine, others);
  }
}
