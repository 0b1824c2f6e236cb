package neox.s3;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/// Makes clients: who we are and where the store is, by the variables and profile files that every
/// tool of Amazon's knows.
final class S3Clients {
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /// Longest silence on a connection, not the length of a call.
  private static final Duration IDLE = Duration.ofMinutes(2);

  private static final int ATTEMPTS = 6;

  /// A client, and whether Amazon itself is at its other end.
  record Opened(S3Client client, boolean isAmazon) {}

  static Opened open(Map<String, String> environment) {
    Optional<String> endpoint =
        variable(environment, "AWS_ENDPOINT_URL_S3")
            .or(() -> variable(environment, "AWS_ENDPOINT_URL"));
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(IDLE))
            .credentialsProvider(credentials(environment))
            .region(region(environment))
            // Compatible stores know neither the newer checksums nor bodies in signed chunks; parts
            // carry their MD5 instead.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(S3Configuration.builder().chunkedEncodingEnabled(false).build())
            .overrideConfiguration(settings ->
                settings.retryStrategy(
                    AwsRetryStrategy.standardRetryStrategy().toBuilder()
                        .maxAttempts(ATTEMPTS)
                        .build()));
    if (endpoint.isPresent()) {
      builder.endpointOverride(address(endpoint.get())).forcePathStyle(true);
    } else {
      builder.crossRegionAccessEnabled(true);
    }
    return new Opened(builder.build(), endpoint.isEmpty());
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }

  private static URI address(String endpoint) {
    try {
      URI uri = new URI(endpoint);
      if (uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getScheme().startsWith("http")) {
        return uri;
      }
    } catch (URISyntaxException e) {
      throw badEndpoint();
    }
    throw badEndpoint();
  }

  private static UserException badEndpoint() {
    return new UserException("AWS_ENDPOINT_URL is not an address: expected http(s)://host[:port]");
  }

  /// The variables that were handed over, before the SDK looks at those of the process, at profile
  /// files, and at the services of clouds.
  private static AwsCredentialsProvider credentials(Map<String, String> environment) {
    Optional<String> id = variable(environment, "AWS_ACCESS_KEY_ID");
    Optional<String> secret = variable(environment, "AWS_SECRET_ACCESS_KEY");
    if (id.isEmpty() || secret.isEmpty()) {
      return DefaultCredentialsProvider.builder().build();
    }
    Optional<String> session = variable(environment, "AWS_SESSION_TOKEN");
    AwsCredentials credentials =
        session.isPresent()
            ? AwsSessionCredentials.create(id.get(), secret.get(), session.get())
            : AwsBasicCredentials.create(id.get(), secret.get());
    return StaticCredentialsProvider.create(credentials);
  }

  /// Compatible stores take any region, and of Amazon's buckets the client learns theirs.
  private static Region region(Map<String, String> environment) {
    Optional<String> named =
        variable(environment, "AWS_REGION").or(() -> variable(environment, "AWS_DEFAULT_REGION"));
    if (named.isPresent()) {
      return Region.of(named.get());
    }
    try {
      return DefaultAwsRegionProviderChain.builder().build().getRegion();
    } catch (SdkClientException e) { // none is named anywhere
      return Region.US_EAST_1;
    }
  }

  private S3Clients() {}
}
