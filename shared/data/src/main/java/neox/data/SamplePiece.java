package neox.data;

import java.nio.file.Path;

/// A part of a sample: consecutive tokens of one document.
///
/// @param prefix the dataset
/// @param document number of the item in it
/// @param offset the first token within the document
/// @param length number of tokens
public record SamplePiece(Path prefix, long document, int offset, int length) {}
