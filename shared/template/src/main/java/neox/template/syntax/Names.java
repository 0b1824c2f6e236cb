package neox.template.syntax;

import java.util.function.Predicate;

/// What a template may name after `|` and after `is`.
public record Names(Predicate<String> filters, Predicate<String> tests) {}
