package neox.converthf.fromhf;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import neox.config.TokenizerConfig;
import neox.weights.DType;

/// How a Hugging Face model is to lie in NeoX's files.
///
/// @param tensorRanks `model_parallel_size`
/// @param pipeParallelSize `pipe_parallel_size`
/// @param vocabDivisor `make_vocab_size_divisible_by`; empty: whatever keeps the rows as they are
/// @param dtype of the weights; empty: as they are
/// @param tokenizer that is not the one beside the model
/// @param keepTokenizer whether its files are copied
/// @param base where the model is that adapters adapt; empty: where they say
public record FromHfOptions(
    int tensorRanks,
    int pipeParallelSize,
    OptionalInt vocabDivisor,
    Optional<DType> dtype,
    Optional<TokenizerConfig> tokenizer,
    boolean keepTokenizer,
    Optional<Path> base) {}
