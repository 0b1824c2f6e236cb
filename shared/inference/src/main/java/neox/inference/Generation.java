package neox.inference;

/// What followed a prompt.
///
/// @param tokens the new ones, without the end-of-document token
/// @param finished whether an end-of-document token ended it
@SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
public record Generation(int[] tokens, boolean finished) {}
