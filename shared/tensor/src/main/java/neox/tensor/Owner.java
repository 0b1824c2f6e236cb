package neox.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/// Owns native objects that outlive their scope: parameters, tables, caches. Closing it gives them
/// all back; closing it twice is harmless. Not thread-safe.
public final class Owner implements AutoCloseable {
  private final List<Pointer> kept = new ArrayList<>();

  /// Takes an object out of all scopes until this owner is closed.
  public <T extends Pointer> T keep(T object) {
    kept.add(Scope.keep(object));
    return object;
  }

  @Override
  public void close() {
    kept.forEach(Scope::release);
    kept.clear();
  }
}
