package neox.weights.pickle;

import static neox.weights.pickle.Opcode.*;

import java.nio.BufferUnderflowException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.weights.DType;

/// Reads one pickle (protocols 2 to 5) as plain values.
///
/// Python `None`, `bool`, `int`, `float`, `str`, `bytes`, `list`, `tuple`, `dict`, `set` become
/// [None], [Boolean], [Long] or [java.math.BigInteger], [Double], [String], `byte[]`, [List],
/// [Tuple], [LinkedHashMap], [LinkedHashSet]; tensors become views; the few other classes a
/// checkpoint may hold become [PickledObject]. Any class outside the list of [Globals] is refused
/// by name: a pickle is a program, and this is an interpreter without the dangerous half.
final class PickleReader {
  /// More than any file of tensors holds; fewer than fill the memory.
  static final int MOST_VALUES = 4_000_000;

  private static final int DEEPEST = 1_000;

  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_.]*");

  private final PickleInput in;
  private final String where;
  private final StorageReader storages;
  private final Deque<List<Object>> marks = new ArrayDeque<>();
  private final Map<Integer, Object> memo = new HashMap<>();
  private List<Object> stack = new ArrayList<>();
  private final int mostValues;
  private long values;

  private PickleReader(byte[] bytes, String where, StorageReader storages, int mostValues) {
    this.in = new PickleInput(bytes);
    this.where = where;
    this.storages = storages;
    this.mostValues = mostValues;
  }

  /// The value the pickle describes.
  ///
  /// @param where the file, for error messages
  /// @param mostValues how many values it may hold
  static Object read(byte[] bytes, String where, StorageReader storages, int mostValues) {
    PickleReader reader = new PickleReader(bytes, where, storages, mostValues);
    try {
      return reader.run();
    } catch (BufferUnderflowException e) {
      throw new UserException(where + ": truncated: its pickle ends in the middle", e);
    } catch (ClassCastException | IndexOutOfBoundsException | NoSuchElementException e) {
      throw reader.damaged("a value is missing, or is not of the kind that belongs there", e);
    } catch (ArithmeticException e) {
      throw reader.damaged("a tensor that is too large for any memory", e);
    } catch (IllegalArgumentException e) {
      throw reader.damaged(String.valueOf(e.getMessage()), e);
    }
  }

  private UserException damaged(String why, RuntimeException cause) {
    return new UserException(
        "%s: damaged or unsupported pickle near byte %d: %s".formatted(where, in.position(), why),
        cause);
  }

  private Object run() {
    while (true) {
      int opcode = in.unsignedByte();
      if (opcode == STOP) {
        return pop();
      }
      boolean known = constant(opcode) || collection(opcode) || memo(opcode) || object(opcode);
      if (!known) {
        throw UserException.of(
            "%s: pickle opcode 0x%02x at byte %d is not one that torch writes",
            where, opcode, in.position() - 1);
      }
    }
  }

  private boolean constant(int opcode) {
    switch (opcode) {
      case NONE -> push(None.NONE);
      case NEWTRUE -> push(true);
      case NEWFALSE -> push(false);
      case BININT -> push((long) in.int32());
      case BININT1 -> push((long) in.unsignedByte());
      case BININT2 -> push((long) Short.toUnsignedInt(in.int16()));
      case LONG1 -> push(in.integer(in.unsignedByte()));
      case LONG4 -> push(in.integer(in.int32()));
      case BINFLOAT -> push(in.real());
      case SHORT_BINUNICODE -> push(in.text(in.unsignedByte(), StandardCharsets.UTF_8));
      case BINUNICODE -> push(in.text(in.int32(), StandardCharsets.UTF_8));
      case BINUNICODE8 -> push(in.text(in.int64(), StandardCharsets.UTF_8));
      case SHORT_BINSTRING -> push(in.text(in.unsignedByte(), StandardCharsets.ISO_8859_1));
      case BINSTRING -> push(in.text(in.int32(), StandardCharsets.ISO_8859_1));
      case SHORT_BINBYTES -> push(in.bytes(in.unsignedByte()));
      case BINBYTES -> push(in.bytes(in.int32()));
      case BINBYTES8, BYTEARRAY8 -> push(in.bytes(in.int64()));
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean collection(int opcode) {
    switch (opcode) {
      case EMPTY_LIST -> push(new ArrayList<>());
      case APPEND -> append(List.of(pop()));
      case APPENDS -> append(popToMark());
      case EMPTY_TUPLE -> push(Tuple.of());
      case TUPLE1 -> push(new Tuple(pop(1)));
      case TUPLE2 -> push(new Tuple(pop(2)));
      case TUPLE3 -> push(new Tuple(pop(3)));
      case TUPLE -> push(new Tuple(popToMark()));
      case EMPTY_DICT -> push(new LinkedHashMap<>());
      case SETITEM -> setItems(pop(2));
      case SETITEMS -> setItems(popToMark());
      case EMPTY_SET -> push(new LinkedHashSet<>());
      case ADDITEMS -> append(popToMark());
      case FROZENSET -> {
        List<Object> members = popToMark();
        push(new LinkedHashSet<>());
        append(members);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean memo(int opcode) {
    switch (opcode) {
      case PROTO -> in.unsignedByte();
      case FRAME -> in.int64();
      case MARK -> {
        if (marks.size() == DEEPEST) {
          throw new IllegalArgumentException("values in values, %d deep".formatted(DEEPEST));
        }
        marks.push(stack);
        stack = new ArrayList<>();
      }
      case POP -> pop();
      case POP_MARK -> popToMark();
      case DUP -> push(stack.getLast());
      case MEMOIZE -> memo.put(memo.size(), stack.getLast());
      case BINPUT -> memo.put(in.unsignedByte(), stack.getLast());
      case LONG_BINPUT -> memo.put(in.int32(), stack.getLast());
      case BINGET -> recall(in.unsignedByte());
      case LONG_BINGET -> recall(in.int32());
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean object(int opcode) {
    switch (opcode) {
      case GLOBAL -> global(in.line(), in.line());
      case STACK_GLOBAL -> {
        String name = (String) pop();
        global((String) pop(), name);
      }
      case REDUCE, NEWOBJ -> call((Tuple) pop());
      case NEWOBJ_EX -> {
        pop();
        call((Tuple) pop());
      }
      case BUILD -> build(pop());
      case BINPERSID -> push(storage((Tuple) pop()));
      default -> {
        return false;
      }
    }
    return true;
  }

  private void global(String module, String name) {
    if (!NAME.matcher(module).matches() || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("a class whose name is no name");
    }
    push(
        Globals.find(module, name)
            .orElseThrow(() ->
                new UserException(
                    where
                        + ": refuses to load global "
                        + ValueText.shorten(module)
                        + "."
                        + ValueText.shorten(name)
                        + ": a checkpoint holds tensors, numbers and text, and this file would"
                        + " run other code")));
  }

  private void call(Tuple arguments) {
    // A value may be named again and again in a few bytes, and each call copies it.
    if (arguments.size() > 0) {
      count(weight(arguments.get(0)));
    }
    push(Globals.call((GlobalName) pop(), arguments, storages));
  }

  private static int weight(Object copied) {
    return switch (copied) {
      case Collection<?> collection -> collection.size();
      case String text -> text.length() / Long.BYTES;
      default -> 0;
    };
  }

  private void build(Object state) {
    Object target = stack.getLast();
    if (target instanceof PickledObject object) {
      object.state(state);
    } else if (!(target instanceof Map)) {
      // A state_dict carries its `_metadata` as an attribute of the dict: not needed.
      throw new IllegalArgumentException("state for a " + target.getClass().getSimpleName());
    }
  }

  private Globals.Storage storage(Tuple id) {
    if (id.size() < 5 || !"storage".equals(id.get(0))) {
      throw new IllegalArgumentException("persistent id of another form");
    }
    GlobalName type = (GlobalName) id.get(1);
    DType dtype =
        Globals.storageType(type)
            .orElseThrow(() -> new IllegalArgumentException("tensors of type " + type.name()));
    return new Globals.Storage(dtype, (String) id.get(2), (Long) id.get(4));
  }

  @SuppressWarnings("unchecked") // lists and sets on the stack hold anything
  private void append(List<Object> items) {
    Collection<Object> target = (Collection<Object>) stack.getLast();
    if (target instanceof LinkedHashSet) {
      items.forEach(Globals::hashable);
    }
    target.addAll(items);
  }

  @SuppressWarnings("unchecked") // dicts on the stack hold anything
  private void setItems(List<Object> items) {
    Map<Object, Object> target = (Map<Object, Object>) stack.getLast();
    for (int i = 0; i < items.size(); i += 2) {
      target.put(Globals.hashable(items.get(i)), items.get(i + 1));
    }
  }

  private void recall(int slot) {
    Object value = memo.get(slot);
    if (value == null) {
      throw new IllegalArgumentException("memo slot " + slot + " is empty");
    }
    push(value);
  }

  private void push(Object value) {
    count(1);
    stack.add(value);
  }

  private void count(int more) {
    values += more;
    if (values > mostValues) {
      throw new IllegalArgumentException(
          "more than %,d values, which no checkpoint holds".formatted(mostValues));
    }
  }

  private Object pop() {
    return stack.removeLast();
  }

  private List<Object> pop(int count) {
    List<Object> top = stack.subList(stack.size() - count, stack.size());
    List<Object> items = new ArrayList<>(top);
    top.clear();
    return items;
  }

  private List<Object> popToMark() {
    List<Object> items = stack;
    stack = marks.pop();
    return items;
  }
}
