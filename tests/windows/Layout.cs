// Prints, as C, that every field of the structs in examples/csharp/Bip.cs stands where bip.h has it: the compiler
// decides.
using System;
using System.Reflection;
using System.Runtime.InteropServices;

static class Layout
{
    static void Main()
    {
        Console.WriteLine("#include \"bip.h\"\n#include <stddef.h>");
        foreach (var type in typeof(Bip).GetNestedTypes())
        {
            if (type.IsEnum)
                continue;
            Console.WriteLine("_Static_assert(sizeof({0}) == {1}, \"{0}\");", type.Name, Marshal.SizeOf(type));
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Instance))
                Console.WriteLine("_Static_assert(offsetof({0}, {1}) == {2}, \"{0}.{1}\");", type.Name, field.Name,
                                  Marshal.OffsetOf(type, field.Name));
        }
    }
}
