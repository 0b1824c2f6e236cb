package neox.preprocess.input;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Enumeration;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/// A zip file in which each member is one text, in the order of its directory.
final class ZipDocuments implements DocumentSource {
  private final RawInput input;
  private final ZipFile zip;
  private final Enumeration<? extends ZipEntry> members;

  private ZipDocuments(RawInput input, ZipFile zip) {
    this.input = input;
    this.zip = zip;
    this.members = zip.entries();
  }

  static ZipDocuments open(RawInput input) throws IOException {
    try {
      // Old archives name their members in any encoding; Latin-1 reads all, and only messages care.
      ZipFile zip = new ZipFile(input.path().toFile(), StandardCharsets.ISO_8859_1);
      return new ZipDocuments(input, zip);
    } catch (ZipException e) {
      if (e.getMessage() != null && e.getMessage().contains("encrypted")) {
        throw new IOException("a member is encrypted; decrypt the archive first", e);
      }
      throw e;
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
      byte[] utf8 = Document.readAll(in, name);
      CRC32 sum = new CRC32();
      sum.update(utf8);
      if (sum.getValue() != member.getCrc()) {
        return new Document.Bad(name, "damaged: its checksum does not match");
      }
      return new Document.Text(name, utf8);
    } catch (IOException e) {
      return new Document.Bad(name, "damaged: " + e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
