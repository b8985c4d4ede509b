// Package destinationtest is for holding every warehouse to the contract of
// package destination.
//
// It may know no warehouse: it asks through the contract, and with SQL that all
// of them speak. The one rule it keeps: what is promised for one destination is
// proved for all.
package destinationtest

import (
	"testing"

	"adtally/internal/destination"
)

// Open makes a new warehouse with nothing in it. Whoever gives it closes it
// when the test is over.
type Open func(*testing.T) destination.Writer

// Run holds a warehouse to the contract. It watches all Arrow memory of the
// process for a while: no other test may run beside it.
func Run(t *testing.T, open Open) {
	t.Helper()
	for _, p := range promises {
		t.Run(p.name, func(t *testing.T) { p.holds(t, newWarehouse(t, open(t))) })
	}
	trials(t)
	t.Run("EveryDayHoldsWhatItsLastLoadBrought", func(t *testing.T) { lastLoadHolds(t, open(t)) })
	t.Run("AConversionIsNeverASum", func(t *testing.T) { neverASum(t, open(t)) })
	t.Run("AViewWithTextsHasEveryFactOnce", func(t *testing.T) { everyFactOnce(t, open(t)) })
	t.Run("NoJoinLosesAFigure", func(t *testing.T) { noJoinLoses(t, open(t)) })
	t.Run("AHistoryHasOneStateForEveryMoment", func(t *testing.T) { oneStateForEveryMoment(t, open(t)) })
}

// promise is one sentence of the contract.
type promise struct {
	name  string
	holds func(*testing.T, *warehouse)
}

var promises = []promise{
	{"TheSameWindowLoadedFiveTimesIsTheSame", sameWindowAgain},
	{"OtherRowsHaveAnotherChecksum", otherRowsOtherChecksum},
	{"RowsThatAreThereAreNotWrittenAgain", sameRowsStay},
	{"RowsThatThePlatformTookAwayVanish", goneRowsVanish},
	{"WindowsDoNotDisturbEachOther", windowsApart},
	{"AccountsDoNotDisturbEachOther", accountsApart},
	{"DatasetsDoNotDisturbEachOther", datasetsApart},
	{"TablesMayComeMixed", tablesMixed},
	{"AnEmptySliceTakesTheOldRowsAwayAndIsRecorded", emptySlice},
	{"EveryRowSaysItsLoad", rowsSayTheirLoad},
	{"ALoadThatWasTakenOverIsUndone", takenOver},
	{"EntitiesAreExchangedByKey", entitiesByKey},
	{"QuarantineFollowsItsRows", quarantineFollows},
	{"SeldomCharactersAreKept", seldomCharacters},
	{"AnEqualRowThatComesTwiceIsOneRow", equalTwice},
	{"ADifferentRowThatComesTwiceIsSaidAndTheLaterOneWinsWhenAsked", differentTwice},
	{"AChangeOfVolatileColumnsAloneIsNoDifference", volatileTwice},
	{"ManyRowsThatComeTwiceAreManyRows", manyTwice},
	{"OnlyWhatWasNotLoadedIsCountedAsQuarantined", notLoaded},
	{"GapsFollowTheirRows", gapsFollow},
	{"ADayWithAGapIsPartial", gapsArePartial},
	{"WhatThePlatformWithholdsStays", withheldStays},
	{"ARenameIsTwoStates", renameIsTwoStates},
	{"ASignedLinkIsNoHistory", linkIsNoHistory},
	{"ALateAnswerChangesNothing", lateAnswer},
	{"OfTwoAnswersOfAMomentTheFirstStays", sameMoment},
	{"AHistoryBeginsWithWhatIsThere", historyBegins},
	{"AnUnknownEntityIsAStub", unknownIsStub},
	{"WhatIsKnownReplacesItsStub", knownReplacesStub},
	{"AYoungerEntityTableGetsStubs", youngerTableGetsStubs},
	{"WhatWasBelievedStaysInTheLedger", believed},
	{"TheAgeOfADayIsCountedInItsZone", ageInItsZone},
	{"AComparisonIsLoadedLikeAnEntity", comparisonLoaded},
	{"AUnionShowsAllItsTables", unionShowsAll},
	{"AConversionIsTheFirstTypeThatIsPresent", firstTypePresent},
	{"AViewFollowsItsTables", viewFollows},
	{"AConversionIsZeroWhereAllActionsWereRead", absentIsZeroWhereRead},
	{"AViewShowsConversionsBesideTexts", fullShows},
	{"AViewSaysWhenItsRowsWereWritten", viewsSayWhenWritten},
	{"ARowThatLeadsNowhereStays", joinShows},
	{"AReaderErrorWritesNothing", readerError},
	{"ACancelledLoadWritesNothing", cancelled},
	{"WhatTheSliceDoesNotOwnIsRefused", strangersRefused},
	{"BatchesAreReleased", batchesReleased},
	{"ANewColumnKeepsOldRows", newColumn},
	{"ATypeThatChangesGetsAColumnOfItsOwn", typeChange},
	{"NothingIsEverDropped", nothingDropped},
	{"LoadsTellsWhatCommitReturned", loadsTell},
	{"LoadsOfRunCountsEachLoad", loadsOfRun},
	{"LoadsGivesADayToItsLastLoad", loadsOverlap},
	{"LoadsOfNothingIsNothing", loadsOfNothing},
	{"FourLoadsAtOnceAllArrive", fourAtOnce},
	{"AReaderDoesNotHinderALoad", readWhileLoading},
	{"EveryTypeIsKeptExactly", typesExact},
	{"AbsentIsNotZero", absentIsNotZero},
}
