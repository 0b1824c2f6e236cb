package neox.config.table;

/// One supported key, as the reference lists it.
///
/// @param section which record it belongs to
/// @param name dotted when it stands inside another, such as `optimizer.params.lr`
/// @param defaultText as written in YAML; `required`, or `–` for no value
public record ConfigKey(
    String section, String name, String type, String defaultText, String documentation) {}
