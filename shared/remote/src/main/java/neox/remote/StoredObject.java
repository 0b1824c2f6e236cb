package neox.remote;

import java.util.Optional;

/// One state of an object in a store.
///
/// @param key its name in the store
/// @param tag what the store tells this state from others by; empty when it says nothing of that
/// @param sha256 of the content, in hexadecimal digits, where its writer has left it
public record StoredObject(String key, long bytes, String tag, Optional<String> sha256) {}
