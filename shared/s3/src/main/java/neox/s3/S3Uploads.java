package neox.s3;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.LongConsumer;
import neox.remote.ObjectStore.LocalContent;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListPartsRequest;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectCannedACL;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/// Stores large files in parts, several at a time. An upload that was broken off is looked up and
/// continued: parts that the store has with the right sum are not sent again.
final class S3Uploads {
  private static final int MOST_PARTS = 10_000;
  private static final int PARTS_AT_ONCE = 8;
  private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(1);

  private final S3Client client;
  private final String bucket;
  private final Optional<ObjectCannedACL> acl;
  private final long chunkBytes;
  private final Semaphore calls = new Semaphore(PARTS_AT_ONCE);

  S3Uploads(S3Client client, String bucket, Optional<ObjectCannedACL> acl, long chunkBytes) {
    this.client = client;
    this.bucket = bucket;
    this.acl = acl;
    this.chunkBytes = chunkBytes;
  }

  static RequestBody body(FileRange range, long bytes) {
    return RequestBody.fromContentProvider(range, bytes, "application/octet-stream");
  }

  void put(String key, LocalContent content, LongConsumer sent) throws IOException {
    Optional<Upload> begun = begun(key, content);
    if (begun.isPresent() && completes(begun.get(), content, sent)) {
      return;
    }
    Upload made = new Upload(key, create(key, content), Map.of());
    if (!completes(made, content, sent)) {
      throw new IOException(key + ": the store has lost what it was sent; it is sent again later");
    }
  }

  /// @param parts that have arrived, by number
  private record Upload(String key, String id, Map<Integer, Part> parts) {}

  /// False when there is no such upload any longer, and no such object either. An upload whose
  /// completion was not answered, and is asked for again, may be gone because it was completed.
  private boolean completes(Upload upload, LocalContent content, LongConsumer sent)
      throws IOException {
    try {
      complete(upload, content, sent);
      return true;
    } catch (S3Exception e) {
      String code = S3Failures.code(e).orElse("");
      if (!code.equals("NoSuchUpload") && !code.equals("InvalidPart")) {
        throw e;
      }
      return isThere(upload.key(), content);
    }
  }

  private boolean isThere(String key, LocalContent content) {
    try {
      HeadObjectResponse head = client.headObject(request -> request.bucket(bucket).key(key));
      return head.contentLength() == content.bytes()
          && content.sha256().equals(head.metadata().get(S3Store.SHA256));
    } catch (NoSuchKeyException e) {
      return false;
    }
  }

  /// The newest upload of this very file. What is known of its content is said when it is begun, so
  /// that one of another content is given up. Not everybody who may store may also ask.
  private Optional<Upload> begun(String key, LocalContent content) throws IOException {
    Instant written = Files.getLastModifiedTime(content.file()).toInstant().minus(CLOCKS_DIFFER);
    try {
      List<MultipartUpload> uploads =
          client
              .listMultipartUploadsPaginator(
                  ListMultipartUploadsRequest.builder().bucket(bucket).prefix(key).build())
              .uploads()
              .stream()
              .filter(upload -> upload.key().equals(key))
              .sorted(Comparator.comparing(MultipartUpload::initiated))
              .toList();
      for (MultipartUpload upload : uploads.reversed()) {
        Upload found = new Upload(key, upload.uploadId(), parts(key, upload.uploadId()));
        if (upload.initiated().isAfter(written) && isOf(content, found.parts())) {
          return Optional.of(found);
        }
        client.abortMultipartUpload(abort -> abort.bucket(bucket).key(key).uploadId(found.id()));
      }
    } catch (S3Exception e) {
      if (e.statusCode() / 100 != 4) {
        throw e;
      }
    }
    return Optional.empty();
  }

  private Map<Integer, Part> parts(String key, String uploadId) {
    Map<Integer, Part> parts = new HashMap<>();
    client
        .listPartsPaginator(
            ListPartsRequest.builder().bucket(bucket).key(key).uploadId(uploadId).build())
        .parts()
        .forEach(part -> parts.put(part.partNumber(), part));
    return parts;
  }

  /// Whether all parts that have arrived are parts of this file.
  private boolean isOf(LocalContent content, Map<Integer, Part> parts) throws IOException {
    for (Part part : parts.values()) {
      long from = (part.partNumber() - 1) * partBytes(content);
      long bytes = Math.min(partBytes(content), content.bytes() - from);
      if (part.size() != bytes) {
        return false;
      }
      try (FileRange range = new FileRange(content.file(), from, bytes)) {
        String md5 = HexFormat.of().formatHex(range.md5());
        if (!part.eTag().replace("\"", "").equals(md5)) {
          return false;
        }
      }
    }
    return true;
  }

  private String create(String key, LocalContent content) {
    return client
        .createMultipartUpload(
            CreateMultipartUploadRequest.builder()
                .bucket(bucket)
                .key(key)
                .acl(acl.orElse(null))
                .metadata(Map.of(S3Store.SHA256, content.sha256()))
                .build())
        .uploadId();
  }

  private void complete(Upload upload, LocalContent content, LongConsumer sent) throws IOException {
    List<CompletedPart> parts = putAll(upload, content, sent);
    client.completeMultipartUpload(
        CompleteMultipartUploadRequest.builder()
            .bucket(bucket)
            .key(upload.key())
            .uploadId(upload.id())
            .multipartUpload(all -> all.parts(parts))
            .build());
  }

  private long partBytes(LocalContent content) {
    return Math.max(chunkBytes, Math.ceilDiv(content.bytes(), MOST_PARTS));
  }

  private List<CompletedPart> putAll(Upload upload, LocalContent content, LongConsumer sent)
      throws IOException {
    long partBytes = partBytes(content);
    int count = Math.toIntExact(Math.ceilDiv(content.bytes(), partBytes));
    List<Future<CompletedPart>> futures = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int number = 1; number <= count; number++) {
        long from = (number - 1) * partBytes;
        Piece piece =
            new Piece(
                upload,
                number,
                new FileRange(content.file(), from, Math.min(partBytes, content.bytes() - from)),
                Math.min(partBytes, content.bytes() - from));
        Optional<Part> kept = Optional.ofNullable(upload.parts().get(number));
        futures.add(threads.submit(() -> put(piece, kept, sent)));
      }
      try {
        List<CompletedPart> parts = new ArrayList<>();
        for (Future<CompletedPart> future : futures) {
          parts.add(await(future));
        }
        return parts;
      } catch (IOException | RuntimeException e) {
        threads.shutdownNow();
        throw e;
      }
    }
  }

  private record Piece(Upload upload, int number, FileRange range, long bytes) {}

  private CompletedPart put(Piece piece, Optional<Part> there, LongConsumer sent)
      throws IOException, InterruptedException {
    calls.acquire();
    try (FileRange range = piece.range()) {
      String tag = there.isPresent() ? there.get().eTag() : send(piece, range.md5());
      sent.accept(piece.bytes());
      return CompletedPart.builder().partNumber(piece.number()).eTag(tag).build();
    } finally {
      calls.release();
    }
  }

  private String send(Piece piece, byte[] md5) {
    UploadPartRequest request =
        UploadPartRequest.builder()
            .bucket(bucket)
            .key(piece.upload().key())
            .uploadId(piece.upload().id())
            .partNumber(piece.number())
            .contentMD5(Base64.getEncoder().encodeToString(md5))
            .build();
    return client.uploadPart(request, body(piece.range(), piece.bytes())).eTag();
  }

  private static CompletedPart await(Future<CompletedPart> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }
}
