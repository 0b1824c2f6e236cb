package neox.inference;

import java.util.Optional;
import neox.inference.sampling.Logprobs;

/// A new token of a continuation.
///
/// @param request counted in the order in which requests were taken, from 0
/// @param sample of the request, from 0
/// @param logprobs where the request asks for them
/// @param logits `[V]`, all that the model said, where the request asks for them
public record GeneratedToken(
    int request, int sample, int id, Optional<Logprobs> logprobs, Optional<float[]> logits) {}
