package neox.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Where the tokens come from.
///
/// @param dataPath one prefix that `split` divides (`data_path`)
/// @param split relative shares of train, validation and test (`split`)
/// @param trainPaths prefixes of their own for each split, instead of `dataPath`
/// @param trainWeights blend weights, one per path
/// @param eodMaskLoss no loss for predictions made from an end-of-document token (`eod_mask_loss`)
/// @param seed decides the order of the samples and every other random choice (`seed`)
public record DataConfig(
    Optional<Path> dataPath,
    String split,
    List<Path> trainPaths,
    List<Path> validPaths,
    List<Path> testPaths,
    List<Double> trainWeights,
    List<Double> validWeights,
    List<Double> testWeights,
    boolean eodMaskLoss,
    boolean mmapWarmup,
    long seed) {}
