package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"adtally"
)

func TestSaveOutcome_KeepsEveryColumn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		want := adtally.Outcome{Slice: slice, Rows: 12, Tables: map[string]int64{slice.Stream: 7, slice.Stream + "_actions": 5}, Gaps: 4, Quarantined: 3, Calls: 5, Bytes: 6, Load: "a", Started: moment, Ended: moment.Add(time.Second)}
		if err := errors.Join(db.BeginRun(ctx, adtally.Run{ID: "1", Source: "s", Started: moment, State: adtally.Running}), db.SaveOutcome(ctx, "1", want)); err != nil {
			t.Fatal(err)
		}
		got, err := db.Outcomes(ctx, "1")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "outcomes", got, []adtally.Outcome{want})
	})
}

// Of a slice that was read again, the last load counts. An attempt without a commit
// does not count; one that failed after its commit does.
func TestStepRecord_CountsQuarantined(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		step := adtally.Step{Run: "1", Account: adtally.Account{ID: "7"}}
		fault := &adtally.Fault{Act: adtally.Retry, Code: "x"}
		err := errors.Join(db.BeginRun(ctx, adtally.Run{ID: "1", Source: "s", Started: moment, State: adtally.Running}), db.BeginStep(ctx, step, moment))
		for _, o := range []adtally.Outcome{
			{Slice: slice, Load: "a", Gaps: 9, Quarantined: 9},
			{Slice: slice, Load: "b", Gaps: 1, Quarantined: 2},
			{Slice: slice, Gaps: 50, Quarantined: 50, Fault: fault},
			{Slice: adtally.Slice{Stream: "ads", Account: "7"}, Load: "c", Gaps: 10, Quarantined: 20, Fault: fault},
			{Slice: adtally.Slice{Stream: "ads", Account: "8"}, Load: "d", Gaps: 100, Quarantined: 100},
		} {
			err = errors.Join(err, db.SaveOutcome(ctx, "1", o))
		}
		if err != nil {
			t.Fatal(err)
		}
		steps, err := db.Steps(ctx, "1")
		n, counted := db.Quarantined(ctx, "1", "7")
		if err != nil || counted != nil || len(steps) != 1 || steps[0].Gaps != 11 || steps[0].Quarantined != 22 || n != 22 {
			t.Errorf("%+v, %d, %v, %v", steps, n, err, counted)
		}
	})
}

func TestConclude_IncompleteStep(t *testing.T) {
	t.Parallel()
	incomplete := adtally.StepResult{State: adtally.Incomplete, Fault: adtally.NotLoaded("7", 3)}
	failed := adtally.StepResult{State: adtally.Failed, Fault: &adtally.Fault{Act: adtally.Retry, Code: "x", Message: "Later"}}
	for name, c := range map[string]struct {
		of8   adtally.StepResult
		state adtally.RunState
		says  string
	}{
		"is incomplete":              {adtally.StepResult{State: adtally.Finished}, adtally.Incomplete, "3 values of act_7 could not be loaded"},
		"fails where another failed": {failed, adtally.Failed, "Later"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, address string) {
				db := withSource(t, address)
				args := readyOne(t, db)
				leave := func(args adtally.JobArgs, e adtally.StepResult) error {
					held, err := db.LeaseStep(ctx, args, "w", time.Hour, moment)
					return errors.Join(err, db.ReleaseStep(ctx, held, e, moment))
				}
				err := errors.Join(db.AddSteps(ctx, "r1", []adtally.Account{{ID: "7"}, {ID: "8"}}), leave(args, adtally.StepResult{State: adtally.Finished}),
					leave(adtally.JobArgs{Run: "r1", Account: "7"}, incomplete), leave(adtally.JobArgs{Run: "r1", Account: "8"}, c.of8))
				ended, concluded := db.Conclude(ctx, "r1", moment, unmoved)
				run, read := db.Run(ctx, "r1")
				if err := errors.Join(err, concluded, read); err != nil || !ended || run.State != c.state || run.Error != c.says {
					t.Errorf("%t, %+v, %v", ended, run, err)
				}
			})
		})
	}
}

// The rows of a table are counted apart from those of tables that are read with it;
// the sum is the rows of the slice.
func TestUsage_SeparatesTableFromActions(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		err := db.BeginRun(ctx, adtally.Run{ID: "1", Source: "s", Started: moment, State: adtally.Running})
		of := func(stream, account, load string, rows int64, tables map[string]int64) adtally.Outcome {
			return adtally.Outcome{Slice: adtally.Slice{Stream: stream, Account: account}, Rows: rows, Tables: tables, Load: load, Calls: 2, Started: moment, Ended: moment.Add(time.Second)}
		}
		for _, o := range []adtally.Outcome{
			of("basic_ad", "7", "a", 12, map[string]int64{"basic_ad": 2, "basic_ad_actions": 10}),
			of("basic_ad", "7", "a", 12, map[string]int64{"basic_ad": 2, "basic_ad_actions": 10}), // it is already stored
			of("basic_ad", "8", "b", 33, map[string]int64{"basic_ad": 3, "basic_ad_actions": 30}),
			of("ads", "7", "c", 4, nil),
		} {
			err = errors.Join(err, db.SaveOutcome(ctx, "1", o))
		}
		if err != nil {
			t.Fatal(err)
		}
		sums := func(f adtally.UsageFilter) (got []string) {
			all, err := db.Usage(ctx, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range all {
				got = append(got, fmt.Sprint(u.Stream, "/", u.Table, "/", u.Account, " ", u.Rows, " rows ", u.Calls, " calls"))
			}
			return got
		}
		same(t, "by table", sums(adtally.UsageFilter{Run: "1", ByStream: true}), []string{"ads// 4 rows 2 calls", "basic_ad// 5 rows 4 calls", "basic_ad/basic_ad_actions/ 40 rows 0 calls"})
		same(t, "by table and account", sums(adtally.UsageFilter{Run: "1", ByStream: true, ByAccount: true}), []string{"ads//7 4 rows 2 calls",
			"basic_ad//7 2 rows 2 calls", "basic_ad/basic_ad_actions/7 10 rows 0 calls", "basic_ad//8 3 rows 2 calls", "basic_ad/basic_ad_actions/8 30 rows 0 calls"})
		same(t, "in all", sums(adtally.UsageFilter{Run: "1"}), []string{"// 49 rows 6 calls"})
	})
}

// Cost and rows of runs, and the code of the most urgent fault.
func TestRunFigures_SumAllAccounts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		_, _, err := db.RequestRun(ctx, adtally.RunRequest{ID: "r1", Source: "s1", Trigger: adtally.BySchedule, At: moment})
		err = errors.Join(err, db.AddSteps(ctx, "r1", []adtally.Account{{ID: "7", Zone: "UTC"}, {ID: "8", Zone: "UTC"}}))
		for account, f := range map[string]*adtally.Fault{"7": {Act: adtally.Wait, Code: "throttled"}, "8": {Act: adtally.Reconnect, Code: "token_expired"}} {
			held, claimed := db.LeaseStep(ctx, adtally.JobArgs{Run: "r1", Account: account}, "w", time.Hour, moment)
			err = errors.Join(err, claimed, db.SaveOutcome(ctx, "r1", adtally.Outcome{Slice: adtally.Slice{Stream: "ads", Account: account}, Load: account, Rows: 20, Calls: 3}),
				db.SaveOutcome(ctx, "r1", adtally.Outcome{Slice: adtally.Slice{Stream: "ads", Account: account}, Rows: 9, Calls: 1, Fault: f}),
				db.ReleaseStep(ctx, held, adtally.StepResult{State: adtally.Failed, Fault: f}, moment))
		}
		got, unread := db.RunFigures(ctx, "r1", "r2")
		if err = errors.Join(err, unread); err != nil {
			t.Fatal(err)
		}
		same(t, "figures", got, map[string]adtally.RunFigures{"r1": {Rows: 40, Calls: 8, Code: "token_expired", Accounts: 2}})
	})
}

// What a run did not get counts once for each slice, as of its last load.
func TestRunFigures_Gaps(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		_, _, err := db.RequestRun(ctx, adtally.RunRequest{ID: "r1", Source: "s1", Trigger: adtally.BySchedule, At: moment})
		err = errors.Join(err, db.AddSteps(ctx, "r1", []adtally.Account{{ID: "7", Name: "Seven", Zone: "UTC"}, {ID: "8", Name: "Eight", Zone: "UTC"}}))
		save := func(load, account string, day adtally.Day, gaps, misfits int64, f *adtally.Fault) {
			t.Helper()
			sl := adtally.Slice{Stream: "ads", Account: account, Window: adtally.WindowOf(day, day)}
			if err := db.SaveOutcome(ctx, "r1", adtally.Outcome{Slice: sl, Load: load, Gaps: gaps, Quarantined: misfits, Fault: f}); err != nil {
				t.Fatal(err)
			}
		}
		save("a", "7", 20000, 5, 1, nil)
		save("b", "7", 20000, 2, 1, nil)
		save("", "7", 20000, 9, 9, &adtally.Fault{Act: adtally.Retry, Code: "x"})
		save("c", "7", 20001, 0, 0, nil)
		held, claimed := db.LeaseStep(ctx, adtally.JobArgs{Run: "r1", Account: "7"}, "w", time.Hour, moment)
		waits := adtally.StepResult{State: adtally.Waiting, NotBefore: moment.Add(time.Hour), Fault: &adtally.Fault{Act: adtally.Wait, Code: "x"}}
		if err = errors.Join(err, claimed, db.ReleaseStep(ctx, held, waits, moment)); err != nil {
			t.Fatal(err)
		}
		got, err := db.RunFigures(ctx, "r1")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "figures", got["r1"], adtally.RunFigures{Accounts: 2, Blocked: 1, Gaps: 2, Quarantined: 1, Account: "Seven", Days: adtally.WindowOf(20000, 20000)})
		save("d", "8", 20003, 1, 0, nil)
		if got, err = db.RunFigures(ctx, "r1"); err != nil {
			t.Fatal(err)
		}
		same(t, "two accounts", got["r1"], adtally.RunFigures{Accounts: 2, Blocked: 1, Gaps: 3, Quarantined: 1, Days: adtally.WindowOf(20000, 20003)})
		steps, err := db.Steps(ctx, "r1")
		if err != nil || steps[1].Calls != 0 {
			t.Errorf("%+v, %v", steps, err)
		}
	})
}

// A log is counted by level.
func TestLogSummary(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		if s, err := db.LogSummary(ctx, "r1"); err != nil || s != (adtally.LogSummary{}) {
			t.Errorf("an empty log: %+v, %v", s, err)
		}
		for _, l := range []adtally.LogLine{{Run: "r0", Level: "error"}, {Run: "r1", Level: "info"}, {Run: "r1", Level: "warn", Account: "7"}, {Run: "r1", Level: "error"}, {Run: "r1", Level: "error", Account: "7"}} {
			if err := db.AppendLog(ctx, l); err != nil {
				t.Fatal(err)
			}
		}
		if s, err := db.LogSummary(ctx, "r1"); err != nil || s != (adtally.LogSummary{Lines: 4, Warnings: 1, Errors: 2, FirstError: 4}) {
			t.Errorf("%+v, %v", s, err)
		}
		if lines, err := db.SearchLog(ctx, "r1", adtally.LogQuery{Account: "7", Level: "error"}, 0, 9); err != nil || len(lines) != 1 || lines[0].Seq != 5 {
			t.Errorf("%+v, %v", lines, err)
		}
	})
}
