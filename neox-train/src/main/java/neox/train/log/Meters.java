package neox.train.log;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import neox.base.process.ProcessMemory;
import neox.config.step.StepShape;
import neox.tensor.Device;
import neox.tensor.DeviceMemory;
import neox.train.loop.StepClock;
import neox.train.loop.StepClock.Part;

/// What is measured of a run beside its losses.
///
/// @param clock of its steps
/// @param device that it computes on
/// @param tokensPerEpoch of its training data; empty where these change
/// @param flops of a step, strictly counted
/// @param peak operations per second of a device, where it is known
/// @param devices that compute, one for each rank
public record Meters(
    StepClock clock,
    Device device,
    OptionalLong tokensPerEpoch,
    Function<StepShape, StrictFlops> flops,
    OptionalDouble peak,
    int devices) {

  /// What the parts of the last step took in seconds, under NeoX's names: there `forward` includes
  /// the reading of data, and `backward` the sums over replicas.
  Map<String, Double> timers() {
    Map<String, Double> seconds = new LinkedHashMap<>();
    double data = clock.seconds(Part.DATA);
    double backward = clock.seconds(Part.BACKWARD);
    double reduction = clock.seconds(Part.REDUCTION);
    seconds.put("forward", clock.seconds(Part.FORWARD) + data);
    seconds.put("backward", backward + reduction);
    seconds.put("backward-backward", backward);
    seconds.put("backward-allreduce", reduction);
    seconds.put("optimizer", clock.seconds(Part.OPTIMIZER));
    seconds.put("batch generator", data);
    seconds.put("pipeline", clock.seconds(Part.PIPELINE));
    return seconds;
  }

  /// Bytes of memory.
  Map<String, Double> memory() {
    Map<String, Double> bytes = new LinkedHashMap<>();
    ProcessMemory.now()
        .ifPresent(memory -> {
          bytes.put("resident", (double) memory.resident());
          bytes.put("resident_peak", (double) memory.peak());
        });
    DeviceMemory.of(device)
        .ifPresent(memory -> {
          bytes.put("device_allocated", (double) memory.allocated());
          bytes.put("device_allocated_peak", (double) memory.peakAllocated());
          bytes.put("device_reserved", (double) memory.reserved());
        });
    return bytes;
  }
}
