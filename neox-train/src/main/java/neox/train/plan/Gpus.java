package neox.train.plan;

import java.util.List;
import java.util.Locale;
import neox.base.UserException;
import neox.base.text.Spelling;

/// The devices that are known by name. Peaks are dense and without TF32, which libtorch leaves off;
/// memory is what the driver reports; links are those of the vendor's own machines of eight unless
/// said otherwise.
public final class Gpus {
  public static final String CPU = "cpu";

  private static final double TERA = 1e12;
  private static final double GIGA = 1e9;
  private static final double MIB = 1 << 20;

  /// The context of CUDA with its kernels (1.5 GiB were seen on an A100 by BigScience's chronicles
  /// of tr11-176B-ml), and the buffers of NCCL.
  private static final double RESERVED = 2048 * MIB;

  private static final int ONE_MACHINE = 8;

  private static final List<Gpu> ALL =
      List.of(
          gpu("v100-32g", peak(15.7, 125, 15.7), memory(32_768, 900), links(150, 6.25))
              .from("V100 data sheet (SXM2; no bfloat16 in its tensor cores); DGX-1: 4 x 100 Gb/s"),
          gpu("a100-40g", peak(19.5, 312, 312), memory(40_536, 1555), links(300, 12.5))
              .from("A100 data sheet (SXM4); 4 x 200 Gb/s, as arXiv:2204.06745 section 2.3"),
          gpu("a100-80g", peak(19.5, 312, 312), memory(81_251, 2039), links(300, 25))
              .from("A100 data sheet (SXM4); DGX A100: 8 x 200 Gb/s"),
          gpu("h100-80g", peak(67, 989.4, 989.4), memory(81_559, 3350), links(450, 50))
              .from("H100 data sheet (SXM5); DGX H100: 8 x 400 Gb/s"),
          gpu("h200", peak(67, 989.4, 989.4), memory(143_771, 4800), links(450, 50))
              .from("H200 data sheet (SXM); DGX H200: 8 x 400 Gb/s"),
          gpu("b200", peak(75, 2250, 2250), memory(183_359, 8000), links(900, 50))
              .from("DGX B200 data sheet, an eighth of it; 8 x 400 Gb/s"),
          gpu("l40s", peak(91.6, 362, 362), memory(46_068, 864), links(31.5, 12.5))
              .from("L40S data sheet; PCIe 4.0 x 16; 4 x 200 Gb/s"),
          gpu("a6000", peak(38.7, 154.8, 154.8), memory(49_140, 768), links(31.5, 3.125))
              .from("RTX A6000 data sheet; PCIe 4.0 x 16 without bridges; 200 Gb/s"),
          gpu("rtx4090", peak(82.6, 165.2, 165.2), memory(24_564, 1008), links(31.5, 3.125))
              .from("RTX 4090 data sheet (float32 sums); PCIe 4.0 x 16; 200 Gb/s"),
          new Gpu(
              CPU,
              peak(2, 0.5, 2),
              new Gpu.Memory(256 * 1024 * MIB, 200 * GIGA, 0),
              new Gpu.Links(1, 50 * GIGA, 12.5 * GIGA),
              "a socket of 32 cores with AVX-512 and eight channels of memory, roughly; 100 Gb/s"));

  /// The device of that name; [UserException] with the nearest name where there is none.
  public static Gpu named(String name) {
    return ALL.stream()
        .filter(gpu -> gpu.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(() ->
            new UserException(
                "--gpu: unknown device '" + name + "'" + hint(name) + "; known are " + names()));
  }

  private static String hint(String name) {
    List<String> known = ALL.stream().map(Gpu::name).toList();
    String lower = name.toLowerCase(Locale.ROOT);
    return Spelling.nearest(lower, known, Math.max(2, name.length() / 2))
        .map(nearest -> "; did you mean '" + nearest + "'?")
        .orElse("");
  }

  static String names() {
    return String.join(", ", ALL.stream().map(Gpu::name).toList());
  }

  static List<Gpu> all() {
    return ALL;
  }

  private static Unsourced gpu(String name, Gpu.Peak peak, Gpu.Memory memory, Gpu.Links links) {
    return new Unsourced(name, peak, memory, links);
  }

  /// A device whose numbers have no source yet.
  private record Unsourced(String name, Gpu.Peak peak, Gpu.Memory memory, Gpu.Links links) {
    Gpu from(String source) {
      return new Gpu(name, peak, memory, links, source);
    }
  }

  /// In operations of 10¹² per second.
  private static Gpu.Peak peak(double fp32, double fp16, double bf16) {
    return new Gpu.Peak(fp32 * TERA, fp16 * TERA, bf16 * TERA);
  }

  private static Gpu.Memory memory(double mebibytes, double gigabytesPerSecond) {
    return new Gpu.Memory(mebibytes * MIB, gigabytesPerSecond * GIGA, RESERVED);
  }

  /// In 10⁹ bytes per second.
  private static Gpu.Links links(double inside, double outside) {
    return new Gpu.Links(ONE_MACHINE, inside * GIGA, outside * GIGA);
  }

  private Gpus() {}
}
