package neox.data;

import java.nio.file.Path;

/// One dataset, divided into training, validation and test (`data_path` and `split`).
///
/// @param split relative shares, such as `969, 30, 1`
/// @param trainSamples how many samples will be drawn, which decides the number of epochs
public record SamplePlan(
    Path prefix,
    String split,
    int seqLength,
    long seed,
    long trainSamples,
    long validSamples,
    long testSamples) {}
