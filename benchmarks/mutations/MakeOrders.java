import neox.base.Tool;

/// Writes the cached order of samples beside the data.
///
/// Arguments: a configuration, and the prefix of the data.
public final class MakeOrders {
  public static void main(String[] args) {
    System.exit(Tool.run(new SampleOrders(), args));
  }
}
