package neox.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import neox.base.UserException;
import neox.remote.Listing;
import neox.remote.ObjectStore;
import neox.remote.StoreAddress;
import neox.remote.StoredObject;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectCannedACL;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/// A bucket.
final class S3Store implements ObjectStore {
  /// In an object's metadata: the sum of its content.
  static final String SHA256 = "sha256";

  private static final int NOT_FOUND = 404;
  private static final int NOT_THE_SAME = 412;
  private static final int NOT_SATISFIABLE = 416;

  private final StoreAddress bucket;
  private final S3Client client;
  private final boolean isAmazon;
  private final S3Uploads uploads;
  private final long chunkBytes;

  S3Store(StoreAddress bucket, S3Clients.Opened opened, long chunkBytes) {
    this.bucket = bucket;
    this.client = opened.client();
    this.isAmazon = opened.isAmazon();
    this.chunkBytes = chunkBytes;
    this.uploads = new S3Uploads(client, bucket.authority(), acl(), chunkBytes);
  }

  /// As GPT-NeoX uploads, so that the owner of a bucket may read what others store in it.
  private Optional<ObjectCannedACL> acl() {
    return isAmazon ? Optional.of(ObjectCannedACL.BUCKET_OWNER_FULL_CONTROL) : Optional.empty();
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  private <T> T call(String key, Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (SdkException e) {
      throw S3Failures.of(bucket.resolve(key).toString(), e);
    }
  }

  @Override
  public Optional<StoredObject> find(String key) throws IOException {
    return call(
        key,
        () -> {
          try {
            HeadObjectResponse head =
                client.headObject(
                    HeadObjectRequest.builder().bucket(bucket.authority()).key(key).build());
            return Optional.of(
                new StoredObject(
                    key,
                    head.contentLength(),
                    unquoted(head.eTag()),
                    Optional.ofNullable(head.metadata().get(SHA256))));
          } catch (S3Exception e) {
            // Of a bucket that is not there a HEAD says no more than of an object.
            if (e.statusCode() == NOT_FOUND) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  private static String unquoted(String tag) {
    return tag.replace("\"", "");
  }

  @Override
  public Listing list(String folder) throws IOException {
    ListObjectsV2Request request =
        ListObjectsV2Request.builder()
            .bucket(bucket.authority())
            .prefix(folder.isEmpty() ? "" : folder + "/")
            .delimiter("/")
            .build();
    return call(
        folder,
        () -> {
          List<String> folders = new ArrayList<>();
          List<StoredObject> objects = new ArrayList<>();
          for (ListObjectsV2Response page : client.listObjectsV2Paginator(request)) {
            for (CommonPrefix prefix : page.commonPrefixes()) {
              folders.add(prefix.prefix().substring(request.prefix().length()).replace("/", ""));
            }
            for (S3Object object : page.contents()) {
              objects.add(object(object));
            }
          }
          objects.removeIf(object -> object.key().endsWith("/")); // marks of empty folders
          return new Listing(folders, objects);
        });
  }

  private static StoredObject object(S3Object object) {
    return new StoredObject(object.key(), object.size(), unquoted(object.eTag()), Optional.empty());
  }

  @Override
  public void read(StoredObject object, long from, ByteBuffer into) throws IOException {
    if (!into.hasRemaining()) {
      return;
    }
    int begin = into.position();
    long last = from + into.remaining() - 1;
    GetObjectRequest request =
        GetObjectRequest.builder()
            .bucket(bucket.authority())
            .key(object.key())
            .range("bytes=" + from + "-" + last)
            .ifMatch("\"" + object.tag() + "\"")
            .build();
    call(
        object.key(),
        () -> {
          try {
            return client.getObject(
                request,
                (_, in) -> {
                  into.position(begin);
                  fill(into, in);
                  return object;
                });
          } catch (S3Exception e) {
            switch (e.statusCode()) {
              case NOT_FOUND, NOT_THE_SAME, NOT_SATISFIABLE ->
                  throw UserException.of(
                      "%s: changed while it was being read; run it again",
                      bucket.resolve(object.key()));
              default -> throw e;
            }
          }
        });
  }

  /// A connection that breaks is the client's to make again.
  private static void fill(ByteBuffer into, InputStream in) {
    byte[] block = new byte[1 << 16];
    try {
      while (into.hasRemaining()) {
        int read = in.read(block, 0, Math.min(block.length, into.remaining()));
        if (read < 0) {
          throw RetryableException.create("the answer ended early");
        }
        into.put(block, 0, read);
      }
    } catch (IOException e) {
      throw RetryableException.create(Objects.requireNonNullElse(e.getMessage(), "broken off"), e);
    }
  }

  @Override
  public void put(String key, LocalContent content, LongConsumer sent) throws IOException {
    call(
        key,
        () -> {
          if (content.bytes() > chunkBytes) {
            uploads.put(key, content, sent);
          } else {
            putAtOnce(key, content);
            sent.accept(content.bytes());
          }
          return key;
        });
  }

  private void putAtOnce(String key, LocalContent content) throws IOException {
    try (FileRange range = new FileRange(content.file(), 0, content.bytes())) {
      PutObjectRequest request =
          PutObjectRequest.builder()
              .bucket(bucket.authority())
              .key(key)
              .acl(acl().orElse(null))
              .metadata(Map.of(SHA256, content.sha256()))
              .contentMD5(Base64.getEncoder().encodeToString(range.md5()))
              .build();
      client.putObject(request, S3Uploads.body(range, content.bytes()));
    }
  }

  @Override
  public void put(String key, byte[] bytes) throws IOException {
    byte[] md5 = FileRange.md5Digest().digest(bytes);
    PutObjectRequest request =
        PutObjectRequest.builder()
            .bucket(bucket.authority())
            .key(key)
            .acl(acl().orElse(null))
            .contentMD5(Base64.getEncoder().encodeToString(md5))
            .build();
    call(key, () -> client.putObject(request, RequestBody.fromBytes(bytes)));
  }

  @Override
  public void close() {
    client.close();
  }
}
