package neox.s3;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import neox.base.UserException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Says in one line what a store, or the way to it, has refused. Never a secret: the SDK names
/// none.
final class S3Failures {
  private static final String NO_CREDENTIALS = "Unable to load credentials";

  /// What to throw for a failure that repeated calls have not mended.
  ///
  /// @param address of the object or folder
  static IOException of(String address, SdkException failure) {
    return switch (failure) {
      case S3Exception refused -> refused(address, refused);
      case AbortedException _ -> new IOException(address + ": interrupted", failure);
      default -> {
        if (text(failure).contains(NO_CREDENTIALS)) {
          throw UserException.of(
              "%s: no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
                  + " (see ~/.aws/credentials)",
              address);
        }
        yield new IOException(address + ": " + text(failure), failure);
      }
    };
  }

  private static IOException refused(String address, S3Exception refused) {
    String code = code(refused).orElse("");
    String said = said(refused);
    if (code.equals("NoSuchBucket")) {
      throw UserException.of("%s: there is no such bucket (%s)", address, said);
    }
    if (refused.statusCode() == 401 || refused.statusCode() == 403) {
      throw UserException.of(
          "%s: access is denied (%s); check the credentials (AWS_ACCESS_KEY_ID, AWS_PROFILE) and"
              + " what they may do there: s3:GetObject, s3:PutObject, s3:ListBucket",
          address, said);
    }
    if (refused.statusCode() / 100 == 3) {
      throw UserException.of(
          "%s: the bucket lies elsewhere (%s); set AWS_REGION or AWS_ENDPOINT_URL", address, said);
    }
    if (refused.statusCode() / 100 == 4) {
      throw UserException.of("%s: the store refused (%s)", address, said);
    }
    return new IOException(address + ": " + said, refused);
  }

  static Optional<String> code(S3Exception refused) {
    return Optional.ofNullable(refused.awsErrorDetails()).map(AwsErrorDetails::errorCode);
  }

  private static String said(S3Exception refused) {
    StringBuilder said = new StringBuilder("HTTP ").append(refused.statusCode());
    code(refused).ifPresent(code -> said.append(' ').append(code));
    Optional.ofNullable(refused.awsErrorDetails())
        .map(AwsErrorDetails::errorMessage)
        .filter(message -> !message.isBlank())
        .ifPresent(message -> said.append(": ").append(message));
    if (refused.requestId() != null) {
      said.append("; request ").append(refused.requestId());
    }
    return said.toString();
  }

  private static String text(SdkException failure) {
    return Objects.requireNonNullElse(failure.getMessage(), failure.getClass().getSimpleName());
  }

  private S3Failures() {}
}
