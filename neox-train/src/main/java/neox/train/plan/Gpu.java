package neox.train.plan;

import neox.config.Precision;

/// A kind of device, and how those of a cluster usually hang together.
///
/// @param source where the numbers are from
public record Gpu(String name, Peak peak, Memory memory, Links links, String source) {
  /// Operations per second of dense products, as the vendor states them.
  public record Peak(double fp32, double fp16, double bf16) {}

  /// Memory of its own.
  ///
  /// @param bytes as the driver reports them
  /// @param bandwidth bytes per second
  /// @param reserved bytes that driver, kernels and communicators take before anything is made
  public record Memory(double bytes, double bandwidth, double reserved) {
    double usable() {
      return bytes - reserved;
    }
  }

  /// Bytes per second in one direction.
  ///
  /// @param perNode devices of one machine
  /// @param inside from one device to the others of its machine
  /// @param outside one device's share of its machine's network
  public record Links(int perNode, double inside, double outside) {}

  /// Operations per second in a precision.
  double peak(Precision precision) {
    return switch (precision) {
      case FP32 -> peak.fp32();
      case FP16 -> peak.fp16();
      case BFLOAT16 -> peak.bf16();
    };
  }

  boolean isCpu() {
    return name.equals(Gpus.CPU);
  }

  /// The same in machines with so many devices.
  Gpu withPerNode(int value) {
    Links other = new Links(value, links.inside(), links.outside() * links.perNode() / value);
    return new Gpu(name, peak, memory, other, source);
  }

  /// The same with another network.
  ///
  /// @param outside bytes per second and device
  Gpu withNetwork(double outside) {
    Links other = new Links(links.perNode(), links.inside(), outside);
    return new Gpu(name, peak, memory, other, source);
  }
}
