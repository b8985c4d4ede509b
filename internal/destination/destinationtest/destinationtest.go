// Package destinationtest tests whether a warehouse meets the contract of package
// destination.
//
// It uses only the contract and SQL that all warehouses understand.
package destinationtest

import (
	"testing"

	"adtally/internal/destination"
)

// Open returns a new, empty warehouse. It must close the warehouse when the test ends.
type Open func(*testing.T) destination.Writer

// Run tests a warehouse. It measures the Arrow memory of the whole process, so no other
// test may run in parallel.
func Run(t *testing.T, open Open) {
	t.Helper()
	for _, p := range promises {
		t.Run(p.name, func(t *testing.T) { p.holds(t, newWarehouse(t, open(t))) })
	}
	trials(t)
	t.Run("Property_LastLoadWins", func(t *testing.T) { lastLoadHolds(t, open(t)) })
	t.Run("Property_ConversionIsNeverASum", func(t *testing.T) { neverASum(t, open(t)) })
	t.Run("Property_JoinedViewHasEveryFactOnce", func(t *testing.T) { everyFactOnce(t, open(t)) })
	t.Run("Property_NoJoinLosesFigures", func(t *testing.T) { noJoinLoses(t, open(t)) })
	t.Run("Property_OneStatePerMoment", func(t *testing.T) { oneStateForEveryMoment(t, open(t)) })
}

// promise is one test of the contract.
type promise struct {
	name  string
	holds func(*testing.T, *warehouse)
}

var promises = []promise{
	{"Replace_SameWindowAgain", sameWindowAgain},
	{"Replace_ChecksumDependsOnRows", otherRowsOtherChecksum},
	{"Replace_UnchangedRowsAreNotRewritten", sameRowsStay},
	{"Replace_MissingRowsAreDeleted", goneRowsVanish},
	{"Replace_WindowsAreIndependent", windowsApart},
	{"Replace_AccountsAreIndependent", accountsApart},
	{"Replace_DatasetsAreIndependent", datasetsApart},
	{"Rollup_FollowsLoads", rollupFollows},
	{"Rollup_Changes", rollupChanges},
	{"Commit_MixedTables", tablesMixed},
	{"Commit_EmptySlice", emptySlice},
	{"Commit_BookkeepingColumns", rowsSayTheirLoad},
	{"Commit_LostLease", takenOver},
	{"Upsert_ByKey", entitiesByKey},
	{"Quarantine_IsReplacedWithItsRows", quarantineFollows},
	{"Values_ControlCharacters", seldomCharacters},
	{"Twice_EqualRows", equalTwice},
	{"Twice_DifferentRows", differentTwice},
	{"Twice_VolatileColumns", volatileTwice},
	{"Twice_ManyRows", manyTwice},
	{"Quarantine_Count", notLoaded},
	{"Gaps_AreReplacedWithTheirRows", gapsFollow},
	{"Gaps_MakeDaysPartial", gapsArePartial},
	{"Gaps_WithheldRowsStay", withheldStays},
	{"History_Rename", renameIsTwoStates},
	{"History_VolatileColumns", linkIsNoHistory},
	{"History_LateAnswer", lateAnswer},
	{"History_SameMoment", sameMoment},
	{"History_BeginsLater", historyBegins},
	{"Stub_UnknownObject", unknownIsStub},
	{"Stub_IsReplaced", knownReplacesStub},
	{"Stub_TableCreatedLater", youngerTableGetsStubs},
	{"Restatement_RowsNeverChange", believed},
	{"Restatement_AgeUsesTheZone", ageInItsZone},
	{"Reconciliation_IsLoaded", comparisonLoaded},
	{"Bookkeeping_MissingData", missingGrouped},
	{"Bookkeeping_Comparisons", comparisonsRead},
	{"Bookkeeping_Restatement", restatementRead},
	{"Bookkeeping_RowCounts", rowsCounted},
	{"View_Union", unionShowsAll},
	{"View_ConversionUsesFirstType", firstTypePresent},
	{"View_FollowsItsTables", viewFollows},
	{"View_ConversionIsZeroIfRead", absentIsZeroWhereRead},
	{"View_ConversionsAndTexts", fullShows},
	{"View_SyncedAt", viewsSayWhenWritten},
	{"View_JoinedKeepsUnmatchedRows", joinShows},
	{"Commit_ReaderError", readerError},
	{"Commit_Cancelled", cancelled},
	{"Commit_RejectsForeignRows", strangersRefused},
	{"Commit_ReleasesBatches", batchesReleased},
	{"Prepare_NewColumn", newColumn},
	{"Prepare_ChangedType", typeChange},
	{"Prepare_DropsNothing", nothingDropped},
	{"Loads_MatchesCommit", loadsTell},
	{"LoadsOfRun", loadsOfRun},
	{"Loads_Overlapping", loadsOverlap},
	{"Loads_Empty", loadsOfNothing},
	{"Commit_Concurrent", fourAtOnce},
	{"Query_DuringLoad", readWhileLoading},
	{"Values_AllTypes", typesExact},
	{"Values_NullIsNotZero", absentIsNotZero},
}
