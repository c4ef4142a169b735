// What examples/statistics.c does, in C#: scores from a database of your own, and what they say about change.
using System;
using System.Globalization;

static class Statistics
{
    static void Main()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var dates = Array.ConvertAll(new[] { "2025-09-01", "2025-12-01", "2026-03-02", "2026-06-01", "2026-09-01" },
                                     DateTime.Parse);
        var scores = new double[] { 2, 2, 3, 3, 3 };
        var rules = Bip.Rules(1, 5);
        rules.smallest_step = 1;

        var s = Bip.Compute(dates, scores, null, rules);
        Console.WriteLine("n {0}, mean {1:F1}, sd {2:F3}", s.n, s.mean, s.sd);
        Console.WriteLine("steps forward {0}, back {1}; the latest held for {2}", s.steps_forward, s.steps_back, s.held_for);
        Console.WriteLine("Mann-Kendall S {0}, variance {1:F0}, p {2:F3}", s.mk_s, s.mk_var_s, s.mk_p);
        Console.WriteLine("reliable change: {0}", double.IsNaN(s.rci) ? "not known" : "known");

        // What the sentence of the C example says: where the series stands, and what supports that.
        Console.WriteLine("latest step: {0:yyyy-MM-dd}, {1} to {2}", Bip.Date(s.step_to.date), s.step_from.score, s.step_to.score);
        Console.WriteLine("direction: {0}, {1}", (Bip.Direction)s.direction, (Bip.Evidence)s.evidence);

        // What the library refuses comes as an exception with its words.
        try
        {
            Array.Reverse(dates);
            Bip.Compute(dates, scores, null, rules);
        }
        catch (ArgumentException refused)
        {
            Console.WriteLine("refused: {0}", refused.Message);
        }
    }
}
