package neox.hub;

import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;

/// Bytes in memory as a request body that the HTTP library never sends twice by itself: repeating a
/// call is [HubHttp]'s decision alone.
final class OneShotBody extends RequestBody {
  private final MediaType type;
  private final byte[] content;

  OneShotBody(MediaType type, byte[] content) {
    this.type = type;
    this.content = content;
  }

  @Override
  public MediaType contentType() {
    return type;
  }

  @Override
  public long contentLength() {
    return content.length;
  }

  @Override
  public boolean isOneShot() {
    return true;
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    sink.write(content);
  }
}
