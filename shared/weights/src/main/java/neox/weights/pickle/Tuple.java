package neox.weights.pickle;

import java.util.List;

/// A Python tuple (`torch.Size` is read as one too).
public record Tuple(List<Object> items) {
  public Tuple {
    items = List.copyOf(items);
  }

  public static Tuple of(Object... items) {
    return new Tuple(List.of(items));
  }

  public int size() {
    return items.size();
  }

  public Object get(int index) {
    return items.get(index);
  }

  @Override
  public String toString() {
    return ValueText.of(this);
  }
}
