/**
 * Names of medicines that a group leaves out: of those that are common in treatment, or misused. Only names that mean
 * nothing else; the name of a class ("antidepressant", "opioid") is fine.
 */
const NAMES = new Set(
  (
    'abilify acamprosate adderall alprazolam amitriptyline antabuse aripiprazole ativan baclofen belbuca buprenorphine bupropion buspar ' +
    'buspirone butrans campral celexa chlordiazepoxide chlorpromazine citalopram clonazepam clonidine clozapine codeine concerta cymbalta ' +
    'depakote desvenlafaxine dexedrine dextroamphetamine diazepam dilaudid disulfiram duloxetine effexor escitalopram fentanyl fluoxetine ' +
    'gabapentin haldol haloperidol hydrocodone hydromorphone hydroxyzine klonopin lamictal lamotrigine lexapro librium lisdexamfetamine lofexidine ' +
    'lorazepam lucemyra lunesta lyrica methadone methylphenidate mirtazapine morphine naltrexone naloxone narcan neurontin norco nortriptyline ' +
    'olanzapine oxazepam oxycodone oxycontin oxymorphone paroxetine paxil percocet prazosin pregabalin pristiq propranolol prozac quetiapine ' +
    'remeron restoril risperidone ritalin roxicodone seroquel sertraline sublocade suboxone subutex tapentadol temazepam topiramate tramadol ' +
    'trazodone trileptal ultram valium varenicline venlafaxine vicodin vivitrol vyvanse wellbutrin xanax zolpidem zoloft zopiclone zubsolv zyprexa'
  ).split(' '),
);

const LOOKS = /** @type {Record<string, string>} */ ({ 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's' });

/**
 * Whatever the case and accents, and with digits that look like letters.
 * @param {string} word
 */
export function isMedicine(word) {
  const plain = word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return NAMES.has(plain) || (/\d/.test(plain) && /[a-z]/.test(plain) && NAMES.has(plain.replace(/[01345]/g, (d) => LOOKS[d])));
}
