/// Metrics for collectors of OpenTelemetry; loaded when an endpoint is named.
@NullMarked
package neox.otlp;

import org.jspecify.annotations.NullMarked;
