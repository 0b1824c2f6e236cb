package neox.config;

import java.nio.file.Path;
import java.util.Optional;

/// Which tokenizer, from which files.
///
/// @param type NeoX's name, such as `HFTokenizer` (`tokenizer_type`, compared case-insensitively)
/// @param vocabFile `vocab.json` or `tokenizer.json` (`vocab_file`)
/// @param mergeFile BPE merges (`merge_file`)
public record TokenizerConfig(String type, Optional<Path> vocabFile, Optional<Path> mergeFile) {}
