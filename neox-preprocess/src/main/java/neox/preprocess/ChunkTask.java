package neox.preprocess;

import neox.preprocess.input.Chunk;
import neox.preprocess.journal.Place;

/// A chunk to encode, and where in the corpus it ends.
record ChunkTask(Chunk chunk, Place end) {}
