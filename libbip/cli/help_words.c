/* What `bip help` says, in Swedish and Danish, by the English of commands.c and help.c. Names of commands, options and
 * values are the same in every language. */
#include "cli/cli.h"

#include <string.h>

static const struct {
    const char *en, *sv, *da;
} help[] = {
    {"usage", "användning", "brug"},
    {"Commands", "Kommandon", "Kommandoer"},
    {"Before the command", "Före kommandot", "Før kommandoen"},
    {"Options", "Val", "Valg"},
    {"Example", "Exempel", "Eksempel"},
    {"(required)", "(krävs)", "(kræves)"},
    {"Repeated indicator scores per participant, and what moved. `bip help` lists the commands.",
     "Upprepade skattningar per deltagare, och vad som rört sig. `bip help` listar kommandona.",
     "Gentagne målinger pr. borger, og hvad der har flyttet sig. `bip help` viser kommandoerne."},
    {"Exit status: 0 done; 1 it could not be done; 2 wrong usage; 3 what was given as data is refused.",
     "Slutstatus: 0 klart; 1 det gick inte; 2 fel användning; 3 det som angavs som data tas inte emot.",
     "Afslutningsstatus: 0 udført; 1 det kunne ikke lade sig gøre; 2 forkert brug; 3 det, der blev angivet som data, "
     "afvises."},
    {"`bip help COMMAND` tells more, with an example.", "`bip help KOMMANDO` berättar mer, med ett exempel.",
     "`bip help KOMMANDO` fortæller mere, med et eksempel."},
    {"the store's file; else BIP_STORE", "registrets fil; annars BIP_STORE", "registerets fil; ellers BIP_STORE"},
    {"answers and errors as JSON", "svar och fel som JSON", "svar og fejl som JSON"},
    {"language of the texts: en, sv or da", "texternas språk: en, sv eller da", "teksternes sprog: en, sv eller da"},
    {"who types; else BIP_ACTOR, else the login name", "vem som skriver; annars BIP_ACTOR, annars inloggningsnamnet",
     "hvem der skriver; ellers BIP_ACTOR, ellers loginnavnet"},
    {"add a line to FILE for every participant read; else BIP_READ_LOG",
     "lägg en rad till FILE för varje deltagare som läses; annars BIP_READ_LOG",
     "føj en linje til FILE for hver borger, der læses; ellers BIP_READ_LOG"},
    {"what there is to know, with an example", "vad som finns att veta, med ett exempel",
     "hvad der er at vide, med et eksempel"},
    {"version of the program and of what it links", "programmets version, och versionerna av det som det bygger på",
     "programmets version og versionerne af det, det bygger på"},
    {"let the store take national identity numbers", "låt registret ta emot personnummer",
     "lad registeret tage imod personnumre"},
    {"the day the participant began", "dagen då deltagaren började", "dagen, hvor borgeren begyndte"},
    {"an attribute; KEY= takes it away; several times", "ett attribut; KEY= tar bort det; flera gånger",
     "en egenskab; KEY= fjerner den; flere gange"},
    {"the instrument, CODE or CODE@VERSION", "instrumentet, CODE eller CODE@VERSION",
     "instrumentet, CODE eller CODE@VERSION"},
    {"whose view it is", "vems syn det är", "hvis syn det er"},
    {"the day of the assessment, YYYY-MM-DD", "dagen för skattningen, ÅÅÅÅ-MM-DD", "dagen for målingen, ÅÅÅÅ-MM-DD"},
    {"the person who judged", "den som bedömde", "den, der vurderede"},
    {"free text; \"\" takes it away when correcting", "fri text; \"\" tar bort den vid rättelse",
     "fri tekst; \"\" fjerner den ved rettelse"},
    {"put [...] for national identity numbers in notes", "sätt [...] i stället för personnummer i anteckningar",
     "sæt [...] i stedet for personnumre i noter"},
    {"why; kept with the fact and erased with it", "varför; sparas med uppgiften och raderas med den",
     "hvorfor; gemmes med oplysningen og slettes med den"},
    {"the form of the file: csv-long, csv-wide, json or jsonl", "filens format: csv-long, csv-wide, json eller jsonl",
     "filens format: csv-long, csv-wide, json eller jsonl"},
    {"how dates are written in the file", "hur datum skrivs i filen", "hvordan datoer er skrevet i filen"},
    {"leave a column out; several times", "hoppa över en kolumn; flera gånger", "spring en kolonne over; flere gange"},
    {"register participants not known yet", "registrera deltagare som inte är kända än",
     "registrer borgere, der ikke er kendt endnu"},
    {"correct assessments whose content differs", "rätta skattningar med annat innehåll",
     "ret målinger med andet indhold"},
    {"check and count, change nothing", "kontrollera och räkna, ändra ingenting", "kontrollér og tæl, ændr intet"},
    {"all participants, by code", "alla deltagare, efter kod", "alle borgere, efter kode"},
    {"take this day for today", "räkna den här dagen som i dag", "regn denne dag for i dag"},
    {"only from this day on", "bara från och med den här dagen", "kun fra og med denne dag"},
    {"leave out what this role doesn't see", "utelämna det som den här rollen inte ser",
     "udelad det, som denne rolle ikke ser"},
    {"where to write; - is standard output", "vart det skrivs; - är standard ut",
     "hvor der skrives til; - er standard ud"},
    {"spider or timeline", "spider eller timeline", "spider eller timeline"},
    {"first, previous, latest, best, dates; commas between", "first, previous, latest, best, datum; komma emellan",
     "first, previous, latest, best, datoer; komma imellem"},
    {"auto, light or dark", "auto, light eller dark", "auto, light eller dark"},
    {"how wide the picture is, 240 to 4000", "bildens bredd, 240 till 4000", "billedets bredde, 240 til 4000"},
    {"days since the last fact; else those kept in the store",
     "dagar sedan den senaste uppgiften; annars det som sparats i registret",
     "dage siden den seneste oplysning; ellers det, der er gemt i registeret"},
    {"keep this number of days in the store; 0 keeps none", "spara det här antalet dagar i registret; 0 tar bort det",
     "gem dette antal dage i registeret; 0 fjerner det"},
    {"erase those listed; needs --reason", "radera dem som listas; kräver --reason",
     "slet dem, der vises; kræver --reason"},
    {"what the participant says", "vad deltagaren säger", "hvad borgeren siger"},
    {"what `bip head` printed earlier", "det som `bip head` skrev ut tidigare",
     "det, som `bip head` skrev ud tidligere"},
    {"the team's page: a line a participant", "teamets sida: en rad per deltagare",
     "teamets side: en linje pr. borger"},
    {"add every course and figure after the one page", "lägg till alla förlopp och siffror efter sidan",
     "tilføj alle forløb og tal efter siden"},
    {"leave out the notes", "utelämna anteckningarna", "udelad noterne"},
    {"add the notes of the assessments: read them before you hand them over",
     "lägg till anteckningarna: läs dem innan du lämnar över dem", "tilføj noterne: læs dem, før du giver dem videre"},
    {"a name to print; it is kept nowhere", "ett namn att skriva ut; det sparas ingenstans",
     "et navn, der skrives ud; det gemmes ingen steder"},
    {"say that answering is voluntary", "säg att det är frivilligt att svara", "sig, at det er frivilligt at svare"},
    {"texts in one more language; see `bip words`", "texter på ett språk till; se `bip words`",
     "tekster på et sprog mere; se `bip words`"},
    {"make a store with the built-in instruments", "skapa ett register med de inbyggda instrumenten",
     "opret et register med de indbyggede instrumenter"},
    {"the instruments of the store", "registrets instrument", "registerets instrumenter"},
    {"the definition of an instrument, as JSON", "ett instruments definition, som JSON",
     "et instruments definition, som JSON"},
    {"add a version of an instrument", "lägg till en version av ett instrument", "tilføj en version af et instrument"},
    {"check an instrument without a store", "kontrollera ett instrument utan register",
     "kontrollér et instrument uden register"},
    {"register a participant", "registrera en deltagare", "registrer en borger"},
    {"one participant and what is noted of them", "en deltagare och vad som är noterat",
     "en borger og det, der er noteret"},
    {"set attributes of a participant", "sätt attribut för en deltagare", "sæt egenskaber for en borger"},
    {"erase everything about a participant, for good", "radera allt om en deltagare, för gott",
     "slet alt om en borger, for altid"},
    {"list whose last fact is too old, and with --apply erase them",
     "lista dem vars senaste uppgift är för gammal, och radera dem med --apply",
     "vis dem, hvis seneste oplysning er for gammel, og slet dem med --apply"},
    {"record one assessment and print its id", "spara en skattning och skriv ut dess id",
     "gem en måling og skriv dens id ud"},
    {"correct an assessment; the old one stays in the history", "rätta en skattning; den gamla finns kvar i historiken",
     "ret en måling; den gamle bliver i historikken"},
    {"withdraw an assessment; it stays in the history", "dra tillbaka en skattning; den finns kvar i historiken",
     "træk en måling tilbage; den bliver i historikken"},
    {"put the participant's objection beside an assessment, and print its id",
     "ställ deltagarens invändning bredvid en skattning, och skriv ut dess id",
     "sæt borgerens indvending ved siden af en måling, og skriv dens id ud"},
    {"take in many assessments, all or nothing", "ta in många skattningar, alla eller ingen",
     "tag mange målinger ind, alle eller ingen"},
    {"take in what another store has and this one has not", "ta in det som ett annat register har och inte detta",
     "tag det ind, som et andet register har, og dette ikke har"},
    {"what every series of scores says about change", "vad varje serie säger om förändring",
     "hvad hver serie siger om forandring"},
    {"the steps forward, newest first", "stegen framåt, de nyaste först", "skridtene frem, de nyeste først"},
    {"every revision of everything: who, when, why", "alla versioner av allt: vem, när, varför",
     "alle versioner af alt: hvem, hvornår, hvorfor"},
    {"everything about one participant, as a page and as JSON", "allt om en deltagare, som sida och som JSON",
     "alt om en borger, som side og som JSON"},
    {"everything, to a file", "allt, till en fil", "alt, til en fil"},
    {"a picture of one participant, as SVG", "en bild av en deltagare, som SVG", "et billede af en borger, som SVG"},
    {"a page to take home, or the team's page, as HTML", "en sida att ta hem, eller teamets sida, som HTML",
     "en side at tage med hjem, eller teamets side, som HTML"},
    {"a blank questionnaire to print, as HTML", "ett tomt formulär att skriva ut, som HTML",
     "et tomt skema til udskrift, som HTML"},
    {"before a meeting, on one screen: what moved, who scored, one question",
     "inför ett möte, på en skärm: vad som rört sig, vem som skattat, en fråga",
     "før et møde, på én skærm: hvad der har flyttet sig, hvem der har vurderet, et spørgsmål"},
    {"every text of a language, as JSON to translate for --words",
     "alla texter på ett språk, som JSON att översätta för --words",
     "alle tekster på et sprog, som JSON til oversættelse for --words"},
    {"check the file, every row and the audit trail", "kontrollera filen, varje rad och spårkedjan",
     "kontrollér filen, hver række og sporet"},
    {"what to note elsewhere, for `verify --anchor`", "vad som ska noteras någon annanstans, för `verify --anchor`",
     "hvad der skal noteres et andet sted, for `verify --anchor`"},
    {"a consistent copy while others write", "en hel kopia medan andra skriver", "en hel kopi, mens andre skriver"},
    {"this list, or one command with an example", "den här listan, eller ett kommando med exempel",
     "denne liste, eller en kommando med eksempel"},
    {"A path that exists is refused. National identity numbers are refused in every text unless the store is made to "
     "take them.",
     "En sökväg som finns avvisas. Personnummer avvisas i alla texter, om inte registret skapas för att ta emot dem.",
     "En sti, der findes, afvises. Personnumre afvises i alle tekster, medmindre registeret oprettes til at tage imod "
     "dem."},
    {"CODE is the version added last, CODE@VERSION another.",
     "CODE är den version som lades till sist, CODE@VERSION en annan.",
     "CODE er den version, der blev tilføjet sidst, CODE@VERSION en anden."},
    {"A version can't be changed once it is there: the same content again is no change. FILE - is standard input.",
     "En version kan inte ändras när den väl finns: samma innehåll igen är ingen ändring. FILE - är standard in.",
     "En version kan ikke ændres, når den er der: samme indhold igen er ingen ændring. FILE - er standard ind."},
    {"A code, never a name or a national identity number.", "En kod, aldrig ett namn eller personnummer.",
     "En kode, aldrig et navn eller personnummer."},
    {"An empty value takes the attribute away.", "Ett tomt värde tar bort attributet.",
     "En tom værdi fjerner egenskaben."},
    {"Every revision, note, reason and attribute, the code itself. The reason stays and must not name them. Says which "
     "copies it can't reach.",
     "Alla versioner, anteckningar, skäl och attribut, och själva koden. Skälet finns kvar och får inte röja vem det "
     "är. Säger vilka kopior som inte nås.",
     "Alle versioner, noter, begrundelser og egenskaber, og selve koden. Begrundelsen bliver og må ikke røbe, hvem det "
     "er. Siger, hvilke kopier der ikke nås."},
    {"Who has an attribute hold is left out: bip participant set P-001 --attr hold=appeal.",
     "Den som har attributet hold utelämnas: bip participant set P-001 --attr hold=appeal.",
     "Den, der har egenskaben hold, udelades: bip participant set P-001 --attr hold=appeal."},
    {"SCORE is a number, declined, dont_know, not_applicable, or empty for not asked. The same again is no change; "
     "other scores for the same participant, instrument, respondent, date and rater are a conflict: see `bip correct`.",
     "SCORE är ett tal, declined (vill ej svara), dont_know (vet ej), not_applicable (ej aktuellt), eller tomt när "
     "frågan inte ställts. Samma sak igen är ingen ändring; andra svar för samma deltagare, instrument, respondent, "
     "datum och bedömare är en konflikt: se `bip correct`.",
     "SCORE er et tal, declined (ønsker ikke at svare), dont_know (ved ikke), not_applicable (ikke relevant), eller "
     "tomt, når der ikke er spurgt. Det samme igen er ingen ændring; andre svar for samme borger, instrument, "
     "respondent, dato og vurderer er en konflikt: se `bip correct`."},
    {"What isn't named stays as it is; INDICATOR= takes a score out; --note \"\" takes the note away.",
     "Det som inte nämns blir som det är; INDICATOR= tar bort ett svar; --note \"\" tar bort anteckningen.",
     "Det, der ikke nævnes, bliver, som det er; INDICATOR= fjerner et svar; --note \"\" fjerner noten."},
    {"It changes no score and is shown wherever people see them.",
     "Den ändrar inget svar och visas överallt där människor ser svaren.",
     "Den ændrer intet svar og vises overalt, hvor mennesker ser svarene."},
    {"FORMAT is csv-long, csv-wide, json or jsonl; without it the content tells. FILE - is standard input. Every bad "
     "cell is reported; try --dry-run first.",
     "FORMAT är csv-long, csv-wide, json eller jsonl; utan det avgör innehållet. FILE - är standard in. Varje felaktig "
     "cell rapporteras; prova --dry-run först.",
     "FORMAT er csv-long, csv-wide, json eller jsonl; uden det afgør indholdet det. FILE - er standard ind. Hver "
     "forkert celle meldes; prøv --dry-run først."},
    {"In whatever order and how often: stores that took in one another hold the same. The other store isn't changed.",
     "I vilken ordning och hur ofta som helst: register som tagit in varandra innehåller samma sak. Det andra "
     "registret ändras inte.",
     "I hvilken rækkefølge og hvor ofte som helst: registre, der har taget hinanden ind, indeholder det samme. Det "
     "andet register ændres ikke."},
    {"A working view for professionals: it shows everything and marks what the participant doesn't see.",
     "En arbetsvy för yrkesverksamma: den visar allt och märker det som deltagaren inte ser.",
     "En arbejdsvisning for fagfolk: den viser alt og mærker det, som borgeren ikke ser."},
    {"As sentences made for the participant unless --for names another role; with --json all of them. At a terminal it "
     "is the team that reads: instruments that are kept out of handouts are told too, so look before you print.",
     "Som meningar för deltagaren, om inte --for nämner en annan roll; med --json alla. Vid en terminal är det teamet "
     "som läser: instrument som inte ska lämnas ut är också med, så se efter innan du skriver ut.",
     "Som sætninger til borgeren, medmindre --for nævner en anden rolle; med --json alle. Ved en terminal er det "
     "teamet, "
     "der læser: instrumenter, der ikke skal udleveres, er også med, så se efter, før du skriver ud."},
    {"For the participant who asks: every score, note and reason, who recorded it and when. FILE is a folder here, "
     "made "
     "where it isn't there; subject.html and subject.json are written into it.",
     "För deltagaren som frågar: varje svar, anteckning och skäl, vem som sparade det och när. FILE är en mapp här, "
     "som skapas om den inte finns; subject.html och subject.json skrivs dit.",
     "Til borgeren, der spørger: hvert svar, hver note og begrundelse, hvem der gemte det og hvornår. FILE er en mappe "
     "her, som oprettes, hvis den ikke findes; subject.html og subject.json skrives dertil."},
    {"FORMAT json, the default, is the whole store with every revision and the audit trail: importing it into another "
     "store is a merge. jsonl, csv-long and csv-wide are the current assessments, and can be filtered; csv-wide holds "
     "one instrument.",
     "FORMAT json, som gäller annars, är hela registret med alla versioner och spårkedjan: att importera det i ett "
     "annat register är att slå samman dem. jsonl, csv-long och csv-wide är de aktuella skattningarna och kan "
     "filtreras; csv-wide har ett instrument.",
     "FORMAT json, som gælder ellers, er hele registeret med alle versioner og sporet: at importere det i et andet "
     "register er at flette dem. jsonl, csv-long og csv-wide er de aktuelle målinger og kan filtreres; csv-wide har ét "
     "instrument."},
    {"For the participant unless --for names another role. A spider lays the first and the latest answers over one "
     "another, and a professional's latest; --layers and --respondent, with commas between, choose others. With --json "
     "the spider's data.",
     "För deltagaren, om inte --for nämner en annan roll. Ett spindeldiagram lägger de första och de senaste svaren "
     "över varandra, och en yrkespersons senaste; --layers och --respondent, med komma emellan, väljer andra. Med "
     "--json diagrammets data.",
     "Til borgeren, medmindre --for nævner en anden rolle. Et spindelvævsdiagram lægger de første og de seneste svar "
     "over "
     "hinanden, og en fagpersons seneste; --layers og --respondent, med komma imellem, vælger andre. Med --json "
     "diagrammets data."},
    {"One A4 page made for the participant unless --for names another role. Instruments that are kept out of handouts "
     "are not on it. With --team: those not asked for longest first; --rater keeps those last scored by one person.",
     "En A4-sida för deltagaren, om inte --for nämner en annan roll. Instrument som inte ska lämnas ut är inte med. "
     "Med --team: de som inte tillfrågats på längst tid först; --rater behåller dem som senast skattats av en person.",
     "En A4-side til borgeren, medmindre --for nævner en anden rolle. Instrumenter, der ikke skal udleveres, er ikke "
     "med. Med --team: de, der ikke er spurgt længst, først; --rater beholder dem, der senest er vurderet af én "
     "person."},
    {"For the participant unless --for names another role.", "För deltagaren, om inte --for nämner en annan roll.",
     "Til borgeren, medmindre --for nævner en anden rolle."},
    {"A working view for professionals, as `bip progression` is.",
     "En arbetsvy för yrkesverksamma, liksom `bip progression`.",
     "En arbejdsvisning for fagfolk, ligesom `bip progression`."},
    {"With --anchor what was noted elsewhere must still be there: a file put back to an older state is found.",
     "Med --anchor måste det som noterats på annat håll finnas kvar: en fil som satts tillbaka till ett äldre läge "
     "upptäcks.",
     "Med --anchor skal det, der er noteret et andet sted, stadig være der: en fil, der er sat tilbage til en ældre "
     "tilstand, opdages."},
    {"A path that exists is refused.", "En sökväg som finns avvisas.", "En sti, der findes, afvises."},
};

const char *cli_help_text(const char *lang, const char *en)
{
    for (size_t i = 0; i < sizeof help / sizeof help[0]; i++)
        if (strcmp(help[i].en, en) == 0)
            return strcmp(lang, "sv") == 0 ? help[i].sv : strcmp(lang, "da") == 0 ? help[i].da : en;
    return en;
}
