package neox.preprocess;

import neox.preprocess.encode.EncodedChunk;
import neox.preprocess.journal.Place;

/// An encoded chunk, and where in the corpus it ends.
record ChunkResult(EncodedChunk chunk, Place end) {}
