package neox.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Defaults of `neox-generate` and `neox-eval` that a NeoX configuration may carry.
public record GenerateConfig(
    double temperature,
    int topK,
    double topP,
    int maximumTokens,
    String promptEnd,
    Optional<Path> sampleInputFile,
    Optional<Path> sampleOutputFile,
    int numSamples,
    boolean recompute,
    boolean returnLogits,
    Optional<String> textGenType,
    List<String> evalTasks,
    String evalResultsPrefix) {}
