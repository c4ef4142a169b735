// The statistics of libbip for C#, by P/Invoke: copy this file into your program and put libbip.dll (on Linux libbip.so)
// beside it. Works with .NET Framework from 4.5, .NET, and Mono, in 64-bit processes.
//
// Fields and functions have the names of bip.h, which says what each of them means.
using System;
using System.Runtime.InteropServices;
using System.Text;

public static class Bip
{
    const string Library = "libbip"; // libbip.dll, libbip.so

    public enum Better { Higher = 0, Lower = 1 }
    public enum Direction { Unknown = 0, Forward = 1, Steady = 2, Back = 3 }
    [Flags]
    public enum Evidence { Observed = 1, Held = 2, Trend = 4, Reliable = 8 }

    [StructLayout(LayoutKind.Sequential)]
    public struct bip_point
    {
        public int date; // days since 1970-01-01; NoDate: absent
        public int reserved;
        public double score; // NaN: absent
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct bip_series_rules
    {
        public UIntPtr size; // lets a later library know which fields this program has
        public double scale_min, scale_max, smallest_step, reliability, sd;
        public int better, reserved;
    }

    // The library adds fields at the end, and fills only as many as it is told that there is room for: this
    // declaration stays right with later ones.
    [StructLayout(LayoutKind.Sequential)]
    public struct bip_series
    {
        public IntPtr participant, instrument, version, respondent, code, visible_to; // null from bip_series_compute()
        public UIntPtr n_visible_to;
        public int kind, better, n, not_asked, declined, dont_know, not_applicable, span_days;
        public bip_point first, previous, latest, best;
        public double mean, sd, from_first, from_previous, percent_of_scale;
        public int trend, mk_method;
        public double ols_per_90_days, ols_at_first, ols_se_per_90_days, ols_r2, ts_per_90_days, ts_low, ts_high;
        public long mk_s;
        public double mk_var_s, mk_z, mk_p, rci;
        public int rci_class, steps_forward, steps_back, step;
        public bip_point step_from, step_to;
        public int held_for, new_best, same_rater, direction, evidence, has_bands;
        public IntPtr band_first, band_latest;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct bip_error
    {
        public int status, detail;
        [MarshalAs(UnmanagedType.ByValArray, SizeConst = 128)]
        public byte[] where;
        [MarshalAs(UnmanagedType.ByValArray, SizeConst = 256)]
        public byte[] message;
    }

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    static extern IntPtr bip_version();

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    static extern void bip_series_rules_init(out bip_series_rules rules, UIntPtr n);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    static extern int bip_series_compute(int[] days, double[] scores, int[] raters, UIntPtr n, ref bip_series_rules rules,
                                         out bip_series series, UIntPtr series_size, out bip_error err);

    static UIntPtr SizeOf<T>() { return (UIntPtr)Marshal.SizeOf(typeof(T)); }

    public static string Version() { return Marshal.PtrToStringAnsi(bip_version()); } // digits and dots

    // A scale from min to max; the rest as the library has it: any difference is a step, no reliable change is claimed.
    public static bip_series_rules Rules(double min, double max)
    {
        bip_series_rules rules;
        bip_series_rules_init(out rules, SizeOf<bip_series_rules>());
        rules.scale_min = min;
        rules.scale_max = max;
        return rules;
    }

    static readonly DateTime Epoch = new DateTime(1970, 1, 1);
    public const int NoDate = int.MinValue;
    public static int Day(DateTime date) { return (int)(date.Date - Epoch).TotalDays; }
    public static DateTime Date(int day) { return Epoch.AddDays(day); }

    // Everything the library tells of a series. dates rise strictly; raters may be null.
    public static bip_series Compute(DateTime[] dates, double[] scores, int[] raters, bip_series_rules rules)
    {
        bip_series series;
        bip_error err;
        if (scores.Length != dates.Length || (raters != null && raters.Length != dates.Length))
            throw new ArgumentException("as many scores, and raters, as dates");
        int status = bip_series_compute(Array.ConvertAll(dates, Day), scores, raters, (UIntPtr)dates.Length, ref rules,
                                        out series, SizeOf<bip_series>(), out err);
        if (status != 0) // the error is filled on failure only
            throw new ArgumentException(Text(err.where) + (err.where[0] != 0 ? ": " : "") + Text(err.message));
        return series;
    }

    static string Text(byte[] utf8)
    {
        int end = Array.IndexOf(utf8, (byte)0);
        return Encoding.UTF8.GetString(utf8, 0, end < 0 ? utf8.Length : end);
    }
}
