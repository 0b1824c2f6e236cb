package neox.preprocess.input;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import neox.base.NamedFiles;
import org.jspecify.annotations.Nullable;

/// A zip file in which each member is one text, in the order of its directory.
final class ZipDocuments implements DocumentSource {
  /// Old archives name their members in any encoding; Latin-1 reads all, and only messages care.
  private static final Charset NAMES = StandardCharsets.ISO_8859_1;

  private static final byte[] MEMBER_MAGIC = {'P', 'K', 3, 4};

  private final RawInput input;
  private final ZipFile zip;
  private final Enumeration<? extends ZipEntry> members;

  private ZipDocuments(RawInput input, ZipFile zip) {
    this.input = input;
    this.zip = zip;
    this.members = zip.entries();
  }

  static DocumentSource open(RawInput input) throws IOException {
    Path path = input.path();
    try {
      return new ZipDocuments(input, new ZipFile(path.toFile(), NAMES));
    } catch (ZipException e) {
      if (e.getMessage() != null && e.getMessage().contains("encrypted")) {
        throw new Unsupported("a member is encrypted; decrypt the archive first");
      }
      return new Headless(input, path, e);
    }
  }

  @Override
  public Optional<Document> next() {
    while (members.hasMoreElements()) {
      ZipEntry member = members.nextElement();
      input.consumed().addAndGet(Math.max(0, member.getCompressedSize()));
      if (!member.isDirectory()) {
        return Optional.of(read(member));
      }
    }
    return Optional.empty();
  }

  private Document read(ZipEntry member) {
    String name = Document.member(input.name(), member.getName());
    try (InputStream in = zip.getInputStream(member)) {
      Document document = Document.text(in, name, input.limit());
      CRC32 sum = new CRC32();
      sum.update(document.content());
      if (document instanceof Document.Text && sum.getValue() != member.getCrc()) {
        return new Document.Bad(name, "damaged: its checksum does not match");
      }
      return document;
    } catch (IOException e) {
      return new Document.Bad(name, "damaged: " + e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }

  /// A zip whose directory, which stands at the end, is cut off or damaged: its members from the
  /// front as far as they go, then the damage.
  private static final class Headless implements DocumentSource {
    private final RawInput input;
    private final ZipException damage;
    private final ZipInputStream members;

    Headless(RawInput input, Path path, ZipException damage) throws IOException {
      this.input = input;
      this.damage = damage;
      InputStream in = new BufferedInputStream(NamedFiles.newInputStream(path));
      this.members = new ZipInputStream(in, NAMES);
      in.mark(MEMBER_MAGIC.length);
      if (!Arrays.equals(in.readNBytes(MEMBER_MAGIC.length), MEMBER_MAGIC)) {
        in.close();
        throw damage;
      }
      in.reset();
    }

    @Override
    public Optional<Document> next() throws IOException {
      for (ZipEntry member = read(); member != null; member = read()) {
        if (!member.isDirectory()) {
          String name = Document.member(input.name(), member.getName());
          return Optional.of(Document.text(members, name, input.limit()));
        }
      }
      throw damage;
    }

    private @Nullable ZipEntry read() throws IOException {
      try {
        return members.getNextEntry();
      } catch (IllegalArgumentException e) {
        throw new IOException("bad zip header: " + e.getMessage(), e);
      }
    }

    @Override
    public void close() throws IOException {
      members.close();
    }
  }
}
