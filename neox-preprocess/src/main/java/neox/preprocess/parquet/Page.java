package neox.preprocess.parquet;

/// The entries of one page, decoded.
///
/// @param repetition level of each entry: 0 begins a row
/// @param definition level of each entry: whether there is a value, and if not, what is missing
/// @param values those that are there, in order
/// @param unreadBytes how large the page is, when that was too much to read it; 0 when it was read
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Page(int entries, byte[] repetition, byte[] definition, Slices values, int unreadBytes) {}
